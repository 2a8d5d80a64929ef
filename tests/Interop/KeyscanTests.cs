using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nacre.Tests.Interop;

/// <summary>Our ssh-keyscan beside OpenSSH's, and servers that want to harm it.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class KeyscanTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("-t rsa")]
    [InlineData("-t ed25519,ecdsa")]
    [InlineData("-t ssh-ed25519")]
    [InlineData("-D")]
    [InlineData("-D -t ecdsa")]
    [InlineData("-4")]
    public async Task It_prints_what_OpenSSH_prints(string flags)
    {
        string[] arguments = [.. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-p", Port, "127.0.0.1"];

        RunResult ours = await OurTools.RunAsync("ssh-keyscan", ["-q", .. arguments]);
        RunResult stock = await Run.Async("ssh-keyscan", arguments);

        Assert.Equal(Sorted(stock.Ends().Output), Sorted(ours.Ends().Output));
        Assert.Equal("", ours.Error);
    }

    [Fact]
    public async Task Lists_of_a_file_give_lines_for_each_name()
    {
        string hosts = _directory.Write("hosts", "# those here\n\n127.0.0.1 Alpha,beta\nlocalhost\n");

        RunResult result = await OurTools.RunAsync("ssh-keyscan", ["-q", "-t", "ed25519", "-p", Port, "-f", hosts]);

        string[] names = [.. Sorted(result.Ends().Output).Split('\n').Select(line => line.Split(' ')[0])];
        Assert.Equal([$"[alpha]:{Port}", $"[beta]:{Port}", $"[localhost]:{Port}"], names);
    }

    [Fact]
    public async Task Hosts_are_read_from_standard_input_and_the_server_is_named_in_a_comment()
    {
        RunResult result = await OurTools.RunAsync("ssh-keyscan", ["-t", "ed25519", "-p", Port, "-f", "-"], "127.0.0.1\n");

        Assert.Matches($"^# 127.0.0.1:{Port} SSH-2.0-OpenSSH_[^\n]*\n\\[127.0.0.1\\]:{Port} ssh-ed25519 [^\n]*\n$", result.Ends().Output);
    }

    [Fact]
    public async Task Hashed_names_are_found_by_OpenSSH()
    {
        RunResult result = await OurTools.RunAsync("ssh-keyscan", ["-q", "-H", "-p", Port, "127.0.0.1"]);
        string known = _directory.Write("known", result.Ends().Output);

        RunResult found = await Run.Async("ssh-keygen", ["-F", $"[127.0.0.1]:{Port}", "-f", known]);

        Assert.StartsWith("|1|", result.Output, StringComparison.Ordinal);
        Assert.Contains("found: line 1", found.Ends().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_address_is_asked_when_one_gives_no_answer()
    {
        string hosts = _directory.Write("hosts", "127.0.0.2,127.0.0.1 name\n");

        RunResult result = await OurTools.RunAsync("ssh-keyscan", ["-q", "-t", "ed25519", "-p", Port, "-f", hosts]);

        Assert.StartsWith($"[name]:{Port} ssh-ed25519 ", result.Ends().Output, StringComparison.Ordinal);
        Assert.Equal("connect (127.0.0.2): Connection refused\n", result.Error);
    }

    [Fact]
    public async Task Many_hosts_are_asked_at_once()
    {
        string hosts = _directory.Write("hosts", string.Concat(Enumerable.Range(1, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 host{i}\n"))));
        await using StockSshd many = await StockSshd.StartAsync("MaxStartups 100");

        RunResult result = await OurTools.RunAsync("ssh-keyscan", ["-q", "-t", "ed25519", "-p", many.Port.ToString(CultureInfo.InvariantCulture), "-f", hosts]);

        Assert.Equal(40, result.Ends().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
    }

    [Fact]
    public async Task Certificates_are_printed_with_c_as_OpenSSH_prints_them()
    {
        File.Copy(await StockKeys.HostAsync("ed25519") + ".pub", _directory["host.pub"]);
        (await Run.Async("ssh-keygen", ["-q", "-s", await StockKeys.UserAsync("ed25519"), "-I", "host", "-h", "-n", "127.0.0.1", _directory["host.pub"]])).Ends();
        await using StockSshd certified = await StockSshd.StartAsync($"HostCertificate {_directory["host-cert.pub"]}");
        string[] arguments = ["-c", "-p", certified.Port.ToString(CultureInfo.InvariantCulture), "127.0.0.1"];

        RunResult ours = await OurTools.RunAsync("ssh-keyscan", ["-q", .. arguments]);
        RunResult stock = await Run.Async("ssh-keyscan", arguments);

        Assert.StartsWith("ssh-ed25519-cert-v01@openssh.com ", ours.Ends().Output, StringComparison.Ordinal);
        Assert.Equal(stock.Ends().Output, ours.Output);
    }

    [Fact]
    public async Task Certificates_that_a_server_has_not_are_not_printed()
    {
        RunResult result = await OurTools.RunAsync("ssh-keyscan", ["-q", "-c", "-p", Port, "127.0.0.1"]);

        // The server has plain keys only.
        Assert.Equal(("", ""), (result.Ends(1).Output, result.Error));
    }

    [Theory]
    [InlineData("SSH-2.0-left\r\n", "Connection closed by remote host")]
    [InlineData("SSH-1.5-old\r\n", "")]
    [InlineData("SSH-2.0-\u001b[2Jred\r\n", "bad greeting")]
    [InlineData("SSH-2.0-odd\r\nnot a packet at all, and long enough to be taken for one", "")]
    public async Task A_server_that_misbehaves_is_told_and_gives_no_key(string greeting, string message)
    {
        using var hostile = new Greeter(greeting);

        RunResult result = await OurTools.RunAsync("ssh-keyscan", ["-q", "-t", "ed25519", "-p", hostile.Port.ToString(CultureInfo.InvariantCulture), "127.0.0.1"]);

        Assert.Equal("", result.Ends(1).Output);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Error);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_left_and_holds_up_nobody()
    {
        using var silent = new TcpListener(IPAddress.Parse("127.0.0.3"), server.Sshd.Port);
        silent.Start();

        RunResult result = await OurTools.RunAsync("ssh-keyscan", ["-q", "-T", "1", "-t", "ed25519", "-p", Port, "127.0.0.3", "127.0.0.1"]);

        Assert.StartsWith($"[127.0.0.1]:{Port} ", result.Ends().Output, StringComparison.Ordinal);
        Assert.Equal("127.0.0.3: Connection timed out\n", result.Error);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_and_a_host_without_an_address_are_told()
    {
        RunResult file = await OurTools.RunAsync("ssh-keyscan", ["-f", _directory["nothing"]]);
        RunResult host = await OurTools.RunAsync("ssh-keyscan", ["-t", "rsa", "host.invalid"]);

        Assert.Equal($"ssh-keyscan: {_directory["nothing"]}: No such file or directory\n", file.Ends(255).Error);
        Assert.StartsWith("getaddrinfo host.invalid: ", host.Ends(1).Error, StringComparison.Ordinal);
    }

    private string Port => server.Sshd.Port.ToString(CultureInfo.InvariantCulture);

    private static string Sorted(string text) => string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
}
