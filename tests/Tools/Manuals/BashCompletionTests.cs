using Nacre.Config;
using Nacre.Tests.Interop;
using Nacre.Tools.Manuals;

namespace Nacre.Tests.Tools.Manuals;

/// <summary>What bash offers when Tab is pressed: the script is read by bash, and asked as bash asks it.</summary>
public sealed class BashCompletionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ssh -O c", "check conninfo channels cancel")]
    [InlineData("nacre-ssh -O st", "stop")]
    [InlineData("/usr/bin/ssh -Q key-", "key-cert key-plain key-sig")]
    [InlineData("ssh -o StrictHost", "StrictHostKeyChecking=")]
    [InlineData("ssh -o strictHOST", "StrictHostKeyChecking=")]
    [InlineData("ssh -oControlP", "-oControlPath= -oControlPersist=")]
    [InlineData("ssh -o StrictHostKeyChecking =", "ask yes no off accept-new")]
    [InlineData("ssh -o StrictHostKeyChecking = a", "ask accept-new")]
    [InlineData("sftp -ostricthostkeychecking = acc", "accept-new")]
    [InlineData("scp -o Ciphers = chacha", "chacha20-poly1305@openssh.com")]
    [InlineData("ssh -c aes128-g", "aes128-gcm@openssh.com")]
    [InlineData("sshd -o PermitRootLogin = p", "prohibit-password")]
    [InlineData("ssh -o PermitRootLogin = p", "")]
    [InlineData("ssh-keyscan -", "-4 -6 -c -D -f -H -O -p -q -T -t -v")]
    [InlineData("ssh bu", "build build-2")]
    [InlineData("ssh -i bu", "")]
    public async Task A_line_is_completed_by(string line, string expected)
    {
        Directory.CreateDirectory(_directory["home/.ssh"]);
        _directory.Write("home/.ssh/config", "Host build build-2 bu* !bugs\n  User me\nhost other\n");
        string[] words = line.Split(' ');
        string script = _directory.Write("script", $"{BashCompletion.Write([])}\nCOMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n_nacre\necho \"${{COMPREPLY[*]}}\"\n");

        RunResult result = await Run.Async("/bin/bash", ["--norc", script, .. words], environment: new Dictionary<string, string?> { ["HOME"] = _directory["home"], ["HOSTFILE"] = "/dev/null" });

        string[] offered = result.Ends().Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), offered.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_keyword_that_works_is_offered()
    {
        foreach ((string tool, KeywordTable table) in new[] { ("ssh", ClientKeywords.Table), ("sshd", ServerKeywords.Table) })
        {
            string script = _directory.Write("script", $"{BashCompletion.Write([])}\nCOMP_WORDS=({tool} -o '') COMP_CWORD=2\n_nacre\necho \"${{COMPREPLY[*]}}\"\n");
            string[] offered = (await Run.Async("/bin/bash", ["--norc", script])).Ends().Output.TrimEnd().Split(' ');
            Assert.Equal(table.All.Where(keyword => keyword.Status == KeywordStatus.Live).Select(keyword => keyword.Name + "="), offered);
        }
    }

    [Fact]
    public async Task The_program_completes_the_commands_that_are_named()
    {
        RunResult result = await Run.Async(OurTools.Executable, ["completion", "bash", "nacre-ssh", "nacre-sftp"]);
        Assert.EndsWith("\ncomplete -o default -F _nacre nacre-ssh nacre-sftp\n", result.Ends().Output, StringComparison.Ordinal);
        (await Run.Async(OurTools.Executable, ["completion", "csh"])).Ends(2);
    }
}
