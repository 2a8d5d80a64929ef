using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Tests.Config;
using Nacre.Tools.Sshd;

namespace Nacre.Tests.Interop;

/// <summary>Lines of authorized_keys that were put together at random, read by OpenSSH's sshd and by us: who is let in by which line, and with what left.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed partial class AuthorizedKeysDifferenceTests
{
    private const int Cases = 640;
    private const int KeysPerConnection = 40;

    private static readonly string[] Whole =
    [
        "restrict", "pty", "no-pty", "port-forwarding", "no-port-forwarding", "agent-forwarding", "no-agent-forwarding", "x11-forwarding", "no-X11-forwarding", "user-rc",
        "no-user-rc", "no-touch-required", "verify-required", "cert-authority", "command=\"run\"", "command=\"say \\\"a, b\\\" c\\d\"", "command=\"\"", "environment=\"A=b\"",
        "environment=\"A_1=b c\"", "environment=\"=x\"", "from=\"127.0.0.1\"", "from=\"127.0.0.0/8\"", "from=\"127.*\"", "from=\"10.*,127.0.0.?\"", "from=\"!127.0.0.1,*\"",
        "from=\"*,!10.0.0.0/8\"", "from=\"*\"", "from=\"localhost\"", "from=\"\"", "from=\"127.0.0.1/33\"", "from=\"127.0.0.1/8\"", "expiry-time=\"20200101\"",
        "expiry-time=\"29990101\"", "expiry-time=\"299901012359\"", "expiry-time=\"29990101235959Z\"", "expiry-time=\"29990101UTC\"", "permitopen=\"h:80\"",
        "permitopen=\"*:*\"", "permitopen=\"[::1]:22\"", "permitopen=\"h/80\"", "permitlisten=\"8080\"", "permitlisten=\"*:1\"", "permitlisten=\"localhost:*\"",
        "tunnel=\"0\"", "tunnel=\"any\"", "tunnel=\"2147483645\"", "principals=\"al\"",
    ];

    private static readonly string[] Broken =
    [
        "unknown", "no-restrict", "no-cert-authority", "ptyx", "pty=\"yes\"", "no-no-pty", "command", "command=", "command=x", "command=\"x", "command=\"x\"y", "command=\"x\"\"y\"",
        "environment=\"A\"", "environment=\"A B=c\"", "environment=\"A-B=c\"", "expiry-time=\"tomorrow\"", "expiry-time=\"2999\"", "expiry-time=\"\"", "expiry-time=\"29991301\"",
        "permitopen=\"h\"", "permitopen=\"h:0\"", "permitopen=\"h:65536\"", "permitopen=\"h:0xffffffff\"", "permitopen=\"h:4294967376\"", "permitopen=\"h:-1\"", "permitopen=\"[::1\"",
        "permitopen=\"\"", "permitlisten=\"\"", "permitlisten=\"x:y\"", "tunnel=\"-1\"", "tunnel=\"tun0\"", "tunnel=\"2147483646\"", "tunnel=\"\"", "restrict;pty", "\"restrict\"",
        "command=\"a\",command=\"b\"", "from=\"*\",from=\"*\"", "'restrict'", "restrict\u00a0",
    ];

    private readonly Random _random = new(81);

    [Fact]
    public async Task OpenSSH_and_we_let_the_same_keys_in_by_the_same_lines_with_the_same_limits_A81()
    {
        using var directory = new TemporaryDirectory();
        PublicKey[] keys = [.. Enumerable.Range(0, Cases).Select(_ => PrivateKey.GenerateEd25519().PublicKey)];
        byte[] contents = Encoding.UTF8.GetBytes(string.Concat(keys.Select(Lines)));
        string path = directory["keys"];
        await File.WriteAllBytesAsync(path, contents, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        Dictionary<string, string> theirs = await AskStockAsync(keys, path);
        Dictionary<string, string> ours = await AskOursAsync(keys, path, contents);
        Assert.InRange(theirs.Count, Cases / 8, Cases - (Cases / 8));
        string[] different =
        [
            .. keys.Select(key => key.Fingerprint).Where(key => theirs.GetValueOrDefault(key) != ours.GetValueOrDefault(key))
                .Select(key => $"OpenSSH: {theirs.GetValueOrDefault(key, "no")} we: {ours.GetValueOrDefault(key, "no")} of {LinesOf(key, keys, contents)}"),
        ];
        Assert.True(different.Length == 0, string.Join("\n", different));
    }

    [GeneratedRegex(@"debug1: (?<place>\S+:\d+): key options:(?<options>.*)")]
    private static partial Regex Options { get; }

    [GeneratedRegex(@"Accepted key ED25519 (?<key>\S+) found at (?<place>\S+:\d+)")]
    private static partial Regex Accepted { get; }

    /// <summary>One to three lines for a key, some of them none.</summary>
    private string Lines(PublicKey key) => string.Concat(Enumerable.Range(0, 1 + (_random.Next(4) / 2)).Select(_ => Line(key) + Pick("\n", "\n", "\n", "\r\n", " \n", "\t\r\n")));

    private string Line(PublicKey key)
    {
        string text = key.ToString();
        string comment = Pick("", " me", " a comment # with \"words\"", "\tme", " " + new string('c', 3000));
        return _random.Next(20) switch
        {
            0 => Pick("#", "# ", " #") + text,
            1 => Pick("\ufeff", "x ", "\"\" ", "1024 65537 ", "\\ ") + text,
            2 => Pick("ssh-rsa ", "ssh-ed25519-cert-v01@openssh.com ", "SSH-ED25519 ", "") + text["ssh-ed25519 ".Length..],
            3 => text[..^_random.Next(1, 20)],
            4 => text + Pick("\u00e9", "\0", "="),
            5 => text + comment,
            _ => Pick("", "", " ", "\t ") + Option() + Pick(" ", "  ", "\t") + text + comment,
        };
    }

    private string Option()
    {
        var options = new List<string>();
        for (int count = 1 + _random.Next(5); count > 0; count--) options.Add(_random.Next(15) == 0 ? Pick(Broken) : Cased(Pick(Whole)));
        string joined = string.Join(Pick(",", ",", ",", ",,"), options.Distinct());
        return Pick("", "", "", "", "", "", ",") + joined + Pick("", "", "", "", "", "", ",");
    }

    // The name's case does not matter.
    private string Cased(string option)
    {
        int end = option.IndexOf('=', StringComparison.Ordinal);
        string name = end < 0 ? option : option[..end];
        return Pick(name, name, name, name.ToUpperInvariant()) + option[name.Length..];
    }

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    private static string LinesOf(string fingerprint, PublicKey[] keys, byte[] contents)
    {
        string blob = keys.Single(key => key.Fingerprint == fingerprint).ToString()["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA".Length..][..20];
        return string.Join(" | ", Encoding.UTF8.GetString(contents).Split('\n').Where(line => line.Contains(blob, StringComparison.Ordinal)).Select(line => line.Length > 300 ? line[..300] : line));
    }

    private static async Task<Dictionary<string, string>> AskStockAsync(PublicKey[] keys, string path)
    {
        await using StockSshd sshd = await StockSshd.StartAsync($"AuthorizedKeysFile {path}", "MaxAuthTries 1000", "LoginGraceTime 0", "PermitUserEnvironment yes", "PermitTunnel yes");
        foreach (PublicKey[] some in keys.Chunk(KeysPerConnection))
        {
            var options = new SshClientOptions
            {
                HostKeyPolicy = new KnownHostsPolicy(new KnownHostsOptions { UserFiles = [sshd.KnownHosts], Strict = StrictHostKeyChecking.Yes }, new NoDialog()),
                Identities = [.. some.Select(key => new Question(key))],
            };
            await Assert.ThrowsAsync<AuthenticationFailedException>(() => SshClient.ConnectAsync($"{sshd.User}@127.0.0.1:{sshd.Port}", options));
        }

        var options1 = new Dictionary<string, string>();
        var accepted = new Dictionary<string, string>();
        foreach (string line in sshd.Log.Split('\n'))
        {
            if (Options.Match(line) is { Success: true } said) options1[said.Groups["place"].Value] = said.Groups["options"].Value.TrimEnd('\r');
            if (Accepted.Match(line) is { Success: true } let) accepted[let.Groups["key"].Value] = $"{let.Groups["place"].Value}:{Comparable(options1[let.Groups["place"].Value])}";
        }

        return accepted;
    }

    private static async Task<Dictionary<string, string>> AskOursAsync(PublicKey[] keys, string path, byte[] contents)
    {
        var accepted = new Dictionary<string, string>();
        string place = "";
        var policy = new AuthorizedKeysAuthenticator(new OneFile(new AuthorizedKeysFile(path, contents)))
        {
            Origin = await LocalClientAsync(),
            Log = (note, line) => place = note == KeyNote.Verbose ? Accepted.Match(line).Groups["place"].Value : place,
        };
        foreach (PublicKey key in keys)
        {
            var attempt = new PublicKeyAttempt(TestUser.Name, key, key.Type, isVerified: false);
            AuthenticationVerdict verdict = await policy.JudgeAsync(attempt, TestContext.Current.CancellationToken);
            if (verdict.Permissions is { } permissions) accepted[key.Fingerprint] = $"{place}:{Comparable(Show(permissions))}";
        }

        return accepted;
    }

    /// <summary>A client that comes from 127.0.0.1.</summary>
    internal static async Task<IClientOrigin> LocalClientAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using Socket socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        return ClientConnection.Of(Nacre.Tools.Sshd.Accepted.Directly(socket), ConfigBed.GoodServer(""));
    }

    // The time that a line ends is no limit of a login.
    private static string Comparable(string options) =>
        string.Join(' ', options.Replace("expires", "", StringComparison.Ordinal).Split(' ').Where(word => word.Length > 0));

    // As OpenSSH logs them.
    private static string Show(LoginPermissions permissions)
    {
        string[] words =
        [
            permissions.AgentForwarding ? "agent-forwarding" : "", permissions.Command is null ? "" : "command", permissions.Environment.Count > 0 ? "environment" : "",
            permissions.NoTouchRequired ? "no-touch-required" : "", permissions.PermitOpen is null ? "" : "permitopen", permissions.PermitListen is null ? "" : "permitlisten", permissions.PortForwarding ? "port-forwarding" : "",
            permissions.Terminal ? "pty" : "", permissions.VerifyRequired ? "uv" : "", permissions.TunnelUnit is { } unit ? "tun=" + unit.ToString(CultureInfo.InvariantCulture) : "",
            permissions.UserRc ? "user-rc" : "", permissions.X11Forwarding ? "x11-forwarding" : "",
        ];
        return string.Join(' ', words);
    }

    internal sealed class OneFile(AuthorizedKeysFile file) : IAuthorizedKeysSource
    {
        public ValueTask<IReadOnlyList<AuthorizedKeysFile>> ReadAsync(string userName, CancellationToken ct) => new([file]);
    }

    /// <summary>A key that only asks whether it would do.</summary>
    private sealed class Question(PublicKey key) : IIdentity
    {
        public string Name => "";

        public PublicKey? PublicKey => key;

        public bool SignsUnasked => false;

        public ValueTask<ISigner?> OpenAsync(CancellationToken ct) => new((ISigner?)null);
    }
}
