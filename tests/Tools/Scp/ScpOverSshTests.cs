using System.Globalization;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.Scp;

/// <summary>Our scp with no program for the connection: it logs in to Debian's sshd by itself, in either mode.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class ScpOverSshTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>
{
    [Theory]
    [InlineData("-s")]
    [InlineData("-O")]
    public async Task A_tree_goes_there_and_back_and_between_two_machines(string mode)
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["tree/sub"]);
        byte[] content = File.ReadAllBytes(directory.WriteRandom("tree/sub/large", (5 << 20) + 3));
        directory.Write("tree/it's one", "one");
        string far = directory.Open("far");
        (await ScpAsync(mode, "-r", directory["tree"], $"{server.Sshd.Destination}:{far}/there")).Ends();
        Assert.Equal(content, File.ReadAllBytes(directory["far/there/sub/large"]));
        (await ScpAsync(mode, "-rp", $"{server.Sshd.Destination}:{far}/there", directory["back"])).Ends();
        Assert.Equal(content, File.ReadAllBytes(directory["back/sub/large"]));
        (await ScpAsync(mode, "-3r", $"{server.Sshd.Destination}:{far}/there", $"{server.Sshd.Destination}:{far}/across")).Ends();
        Assert.Equal(content, File.ReadAllBytes(directory["far/across/sub/large"]));
        Assert.Equal("one", File.ReadAllText(directory["far/across/it's one"]));
        RunResult missing = (await ScpAsync(mode, $"{server.Sshd.Destination}:{far}/missing", directory["x"])).Ends(1);
        Assert.Equal($"scp: {far}/missing: No such file or directory\n", missing.Error);
        (await ScpAsync(mode, directory["tree/it's one"], $"{server.Sshd.Destination}:{far}/no/such")).Ends(1);
    }

    [Theory]
    [InlineData("-s", 255)]
    [InlineData("-O", 1)]
    public async Task A_machine_that_does_not_answer_ends_it_as_OpenSSHs(string mode, int status)
    {
        using var directory = new TemporaryDirectory();
        string[] arguments = ["-F", "none", "-P", FreePort.Take().ToString(CultureInfo.InvariantCulture), mode, directory.Write("x", ""), "127.0.0.1:y"];
        Assert.EndsWith(mode == "-O" ? "lost connection\n" : "scp: Connection closed\n", (await Run.CleanAsync("scp", arguments)).Ends(status).Error.ReplaceLineEndings("\n").Replace(Requires.Program("scp"), "scp", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.EndsWith(mode == "-O" ? "lost connection\n" : "scp: Connection closed\n", (await OurTools.RunAsync("scp", arguments)).Ends(status).Error, StringComparison.Ordinal);
    }

    private async Task<RunResult> ScpAsync(params string[] arguments) =>
        await OurTools.RunAsync("scp", [.. await server.Sshd.ClientArgumentsAsync(portFlag: "-P"), .. arguments]);
}
