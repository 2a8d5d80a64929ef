using Nacre.Tests.Interop;
using Nacre.Tools.SshAdd;

namespace Nacre.Tests.Tools.SshAdd;

/// <summary>OpenSSH's ssh-add with OpenSSH's agent, and ours with OpenSSH's and with our own: given the same commands they say the same, end the same and leave the same keys.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class SshAddInteropTests : IAsyncLifetime, IDisposable
{
    private const string Passphrase = "sesame street\n";

    /// <summary>Command lines, @ being the directory, and what is typed.</summary>
    private static readonly (string Command, string Input)[] Conversation =
    [
        ("-l", ""), ("-L", ""), ("-D", ""), ("@/clear", ""), ("@/clear", ""), ("-l", ""), ("-l -E md5", ""), ("-L", ""),
        ("@/locked", Passphrase), ("@/locked", ""), ("@/locked", "wrong\n" + Passphrase), ("@/locked", "wrong\n\n"), ("-c @/locked @/same", Passphrase),
        ("-t 1h30m @/pem @/nameless", ""), ("-t 0 @/clear", ""), ("-q -t 60 @/clear", ""), ("-t never @/clear", ""), ("-t 99999999999 @/clear", ""),
        ("@/certified", ""), ("-k @/certified", ""), ("-c -t 20 @/certified", ""), ("@/mismatched", ""), ("-l", ""), ("-L", ""),
        ("@/missing", ""), ("@/open", ""), ("@/missing @/clear", ""), ("-", "clear"), ("-k -", "locked"),
        ("-T @/clear @/pem.pub @/certified-cert.pub", ""), ("-T @/missing @/clear", ""), ("-T @/stranger.pub", ""), ("-T", ""),
        ("-d @/stranger", ""), ("-d @/clear", ""), ("-d @/clear @/pem.pub", ""), ("-qd @/nameless", ""), ("-d @/certified", ""), ("-k -d @/certified", ""),
        ("-d @/certified-cert.pub", ""), ("-d @/missing", ""), ("-d @/mismatched.pub", ""), ("-d -", "list"), ("-d -", ""), ("-l", ""),
        ("-x", "a\nb\n"), ("-x", "a\na\n"), ("-x", "a\na\n"), ("-l", ""), ("@/clear", ""), ("-d @/same", ""), ("-D", ""), ("-X", "b\n"), ("-X", "a\n"), ("-X", "a\n"), ("-l", ""),
        ("-H @/known -h one.example @/clear", ""), ("-H @/known -H @/more -h one.example>me@two.example -h me@[two.example]:2222 @/clear", ""),
        ("-H @/known -h nowhere.example @/clear", ""), ("-H @/known -h me@one.example>two.example @/clear", ""),
        ("-l", ""), ("-s /no/such.so", "1234\n"), ("-e /no/such.so", ""), ("-E sha3 -l", ""), ("-l -L", ""), ("-L -L", ""), ("-x -X", ""), ("-l -D", ""), ("-D -x", ""), ("-D", ""), ("-qD", ""), ("-l", ""),
    ];

    private readonly TemporaryDirectory _directory = new();

    public async ValueTask InitializeAsync()
    {
        foreach (string name in new[] { "clear", "certified", "mismatched", "open", "stranger" }) await MakeAsync(name, "-t", "ed25519", "-N", "", "-C", $"{name} key");
        await MakeAsync("locked", "-t", "ecdsa", "-N", "sesame street", "-C", "locked key");
        await MakeAsync("same", "-t", "ed25519", "-N", "sesame street", "-C", "same passphrase");
        await MakeAsync("pem", "-t", "rsa", "-b", "1024", "-N", "", "-m", "PEM", "-C", "pem key");
        await MakeAsync("nameless", "-t", "ecdsa", "-b", "521", "-N", "", "-C", "");
        await CertifyAsync("certified");
        await CertifyAsync("stranger");
        File.Move(_directory["stranger-cert.pub"], _directory["mismatched-cert.pub"]);
        File.SetUnixFileMode(_directory["open"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        string key = KeyOf("stranger"), other = KeyOf("clear");
        _directory.Write("known", $"one.example {key}\n@cert-authority *.example {other}\n@revoked one.example {KeyOf("same")}\n");
        _directory.Write("more", $"two.example,[two.example]:2222 {key}\n");
        _directory.Write("list", $"# keys\n\n {KeyOf("same")} the same\nnonsense here\n{KeyOf("locked")}\n{key} stranger\n");
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Both_say_the_same_and_leave_the_same_keys()
    {
        using StockAgent asked = new(_directory["asked"]), control = new(_directory["control"]);
        using var own = new OurAgent(_directory["own"]);
        List<string> differences = [];
        foreach ((string command, string typed) in Conversation)
        {
            string[] arguments = command.Replace("@", _directory.Path, StringComparison.Ordinal).Replace("me" + _directory.Path, "me@", StringComparison.Ordinal).Split(' ');
            string input = arguments[^1] == "-" && typed.Length > 0 ? await File.ReadAllTextAsync(_directory[typed], TestContext.Current.CancellationToken) : typed;
            AddRun stock = await AddRun.StockAsync(control.Path, input, arguments);
            string meant = KeysOf(control.Path);
            foreach (string agent in new[] { asked.Path, own.Path })
            {
                AddRun ours = AddRun.Ours(new AddPlace(agent, null), input, arguments);
                string held = KeysOf(agent);
                if (ours != stock) differences.Add($"{agent}: ssh-add {command}\nours: {ours}\nstock: {stock}");
                if (held != meant) differences.Add($"{agent}: after ssh-add {command}\nours:\n{held}\nstock:\n{meant}");
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        static string KeysOf(string agent) => AddRun.Ours(new AddPlace(agent, null), "", "-L").Output;
    }

    private string KeyOf(string name) => string.Join(' ', File.ReadAllText(_directory[name + ".pub"]).Split(' ', '\n')[..2]);

    private async Task MakeAsync(string name, params string[] flags) =>
        (await Run.Async("ssh-keygen", ["-q", "-a", "1", "-f", _directory[name], .. flags])).Ends();

    private async Task CertifyAsync(string name) =>
        (await Run.Async("ssh-keygen", ["-q", "-s", _directory["clear"], "-I", $"{name} certificate", "-n", "me", _directory[name + ".pub"]])).Ends();
}
