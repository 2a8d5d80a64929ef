using Nacre.Config;
using Nacre.Tools;
using Nacre.Tools.Manuals;

namespace Nacre.Tests.Tools.Manuals;

public sealed class ManualTests
{
    [Fact]
    public void Every_tool_has_its_summary_its_usage_and_each_flag_in_its_reference()
    {
        foreach (Applet tool in Nacre.Tools.Program.Applets.Where(tool => tool.Flags is not null))
        {
            string text = ManualApplet.Find(tool.Name)!;
            FlagTable flags = tool.Flags!();
            Assert.StartsWith($"{tool.Name}: {tool.Summary}\n\n{flags.Usage}", text, StringComparison.Ordinal);
            foreach (Flag flag in flags.Flags)
            {
                string word = flag.Word is null ? "" : ", --" + flag.Word, value = flag.Value is null ? "" : " " + flag.Value;
                Assert.Equal(!flag.IsHidden, text.Contains($"\n-{flag.Letter}{word}{value}\n    {flag.Help}\n", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Both_configurations_have_a_reference()
    {
        Assert.Equal(Manual.Write(ClientKeywords.Table), ManualApplet.Find("ssh_config"));
        Assert.Equal(Manual.Write(ServerKeywords.Table), ManualApplet.Find("sshd_config"));
        Assert.Null(ManualApplet.Find("ssh_confi"));
    }

    [Fact]
    public async Task The_program_prints_a_topic_and_names_the_topics_when_there_is_none()
    {
        Assert.Equal(ManualApplet.Find("ssh"), (await Interop.Run.Async(Interop.OurTools.Executable, ["manual", "ssh"])).Ends().Output);
        Assert.Equal($"usage: nacre manual TOPIC\nThe topics: {string.Join(' ', ManualApplet.Topics)}\n", (await Interop.Run.Async(Interop.OurTools.Executable, ["manual", "none"])).Ends(2).Error);
    }
}
