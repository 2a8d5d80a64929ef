using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>Our ssh-keygen and OpenSSH's sign and check the same, say the same, and each believes what the other signed.</summary>
[Trait("Category", "Interop")]
public sealed class SignatureInteropTests(SignedFiles files) : IClassFixture<SignedFiles>
{
    private const string Message = SignedFiles.Message;

    private readonly TemporaryDirectory _directory = files.Directory;

    /// <summary>What is done in a directory with the files of <see cref="SignedFiles"/>; the words that are names of files there stand for them.</summary>
    public static TheoryData<string> Commands =>
    [
        "verify -n file -I al@x -f list -s sig", "verify -q -n file -I al@x -f list -s sig", "verify -E md5 -n file -I al@x -f list -s sig", "verify -n file -I al@x -f list -s sig -O print-pubkey",
        "verify -n file -I bo@x -f list -s sig", "verify -n git -I al@x -f list -s sig", "verify -n file -I al@x -f list -s sig256", "verify -n file -I al@x -f list -s foreign.sig",
        "verify -n file -I al@x -f list -s message", "verify -n file -I al@x -f list -s missing", "verify -n file -I al@x -f missing -s sig", "verify -n file -I al@x -f list -s cert.sig",
        "verify -n file -I al@x -f authorities -s cert.sig", "verify -n file -I zz@x -f authorities -s cert.sig", "verify -n file -I al@y -f authorities -s cert.sig", "verify -n file -I al@x -f authorities -s sig",
        "verify -n file -I al@x -f authorities -s cert.sig -O verify-time=20200101", "verify -n file -I al@x -f certificates -s cert.sig", "verify -n file -I al@x -f certificates -s sig",
        "verify -n file -I al@x -f list -s sig -r ca.pub", "verify -n file -I al@x -f authorities -s cert.sig -O verify-time=20310101",
        "verify -n file -I al@x -f list -s sig -O verify-time=20200101", "verify -n file -I al@x -f list -s sig -O verify-time=202001011200Z", "verify -n file -I al@x -f list -s sig -O verify-time=x", "verify -n file -I al@x -f list -s sig -O verify-time=0",
        "verify -n file -I al@x -f list -s sig -O bogus", "verify -n file -I al@x -f list -s sig -O hashalg=sha256", "verify -n file -I al@x -f list", "verify -I al@x -f list -s sig", "verify -n file -f list -s sig",
        "check-novalidate -n file -s sig", "check-novalidate -n file -s cert.sig", "check-novalidate -n git -s sig", "check-novalidate -n file -s foreign.sig", "check-novalidate -n file", "check-novalidate -s sig", "check-novalidate -n file -s sig -O print-pubkey",
        "find-principals -f list -s sig", "find-principals -f list -s cert.sig", "find-principals -f authorities -s cert.sig", "find-principals -f authorities -s cert.sig -O verify-time=20200101", "find-principals -f missing -s sig",
        "find-principals -f list -s message", "find-principals -f list", "find-principals -s sig", "find-principals -f list -s sig -O print-pubkey", "find-principals -f certificates -s cert.sig",
        "match-principals -f list -I al@x", "match-principals -f list -I zz", "match-principals -f list -I bo@x", "match-principals -f missing -I al@x", "match-principals -f list", "match-principals -I al@x", "match-principals -f list -I al@x -O verify-time=20200101",
        "sign -f key -n file", "sign -f key.pub -n file", "sign -f key-cert.pub -n file", "sign -f key -n file -O hashalg=sha256", "sign -q -f key -n file", "sign -f key -n file -", "sign -f key -n file message", "sign -q -f key -n file message other",
        "sign -f key -n file message -", "sign -f key -n file missing", "sign -f missing -n file message", "sign -f lone.pub -n file message", "sign -U -f key -n file message", "sign -f key message", "sign -n file message", "sign -f key -n file -O bogus message",
        "sign -f key -n file -O print-pubkey message", "sign -f wrong -n file message", "bogus -f key -n file",
    ];

    /// <summary>What stands before the key in a list of allowed signers.</summary>
    public static TheoryData<string> Lines =>
    [
        "al@x", "bo@x,al@x", "*@x", "!al@x,*", "*,!al@x", "\"al@x bo@x\"", "\"al@x", "al@x octopus", "al@x namespaces=", "al@x namespaces=file", "al@x namespaces=\"file", "al@x namespaces=\"fi?e\"", "al@x NameSpaces=\"git,f*\"", "al@x namespaces=\"git\"",
        "al@x namespaces=\"!file,*\"", "al@x namespaces=\"file\",namespaces=\"file\"", "al@x namespaces=\"\"", "al@x valid-after=\"20200101\",valid-before=\"20190101\"", "al@x valid-after=\"20200101\",valid-before=\"20200101\"", "al@x valid-after=\"x\"", "al@x valid-after=\"\"", "al@x valid-after=\"19700101Z\"",
        "al@x valid-after=\"20200101\",valid-after=\"20200101\"", "al@x valid-before=\"20200101\"", "al@x valid-after=\"20990101\"", "al@x valid-after=\"20200101\",valid-before=\"20990101\"", "al@x cert-authority", "al@x Cert-Authority,namespaces=\"file\"", "al@x namespaces=\"file\",",
        "al@x ,namespaces=\"file\"", "al@x namespaces=\"file\",,valid-after=\"20200101\"", "al@x namespaces=\"file\"x", "al@x cert-authority=\"x\"", "al@x no-cert-authority", "al@x restrict", "al@x namespaces=\"a\\\"b,file\"", "\tal@x\t", "# al@x", "al@x #",
    ];

    public static TheoryData<string> Kinds => [.. StockKeys.Kinds];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Both_do_the_same_and_say_the_same(string command)
    {
        string[] args = ["-Y", .. command.Split(' ').Select((word, i) => i > 0 && (File.Exists(_directory[word]) || word is "missing") ? _directory[word] : word)];
        KeygenRun stock = Plain(await KeygenRun.StockAsync(Message, args));
        Dictionary<string, string> stockWrote = TakeSignatures();
        KeygenRun ours = Plain(KeygenRun.Ours(Message, args));
        Assert.Equal(stock, ours);
        Assert.Equal(stockWrote, TakeSignatures());
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Both_read_a_line_of_allowed_signers_alike(string line)
    {
        string list = _directory.Write("line", $"{line} {await File.ReadAllTextAsync(_directory["key.pub"])}");
        foreach (string[] args in (string[][])[["verify", "-n", "file", "-I", "al@x"], ["find-principals"]])
        {
            string[] all = ["-Y", .. args, "-s", _directory["sig"], "-f", list, "-O", "verify-time=20210101"];
            Assert.Equal(Plain(await KeygenRun.StockAsync(Message, all)), Plain(KeygenRun.Ours(Message, all)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_believes_what_the_other_signed_with_keys_and_certificates_of_every_type(string kind)
    {
        using var directory = new TemporaryDirectory();
        string key = await SignedFiles.CopyAsync(directory, "key", await StockKeys.UserAsync(kind)), authority = await StockKeys.HostAsync(kind);
        (await KeygenRun.StockAsync("", "-q", "-s", authority, "-I", "id", "-n", "al@x", key + ".pub")).Ends();
        string list = directory.Write("list", $"al@x {await File.ReadAllTextAsync(key + ".pub")}al@x cert-authority {await File.ReadAllTextAsync(authority + ".pub")}");
        foreach (string[] signing in (string[][])[["-f", key], ["-f", key, "-O", "hashalg=sha256"], ["-f", key + "-cert.pub"]])
        {
            string theirs = directory.Write("theirs", (await KeygenRun.StockAsync(Message, ["-Y", "sign", "-n", "file", .. signing])).Ends().Output);
            string ours = directory.Write("ours", KeygenRun.Ours(Message, ["-Y", "sign", "-n", "file", .. signing]).Ends().Output);
            KeygenRun good = KeygenRun.Ours(Message, "-Y", "verify", "-n", "file", "-I", "al@x", "-f", list, "-s", theirs).Ends();
            Assert.Equal(good, await KeygenRun.StockAsync(Message, "-Y", "verify", "-n", "file", "-I", "al@x", "-f", list, "-s", ours));
        }
    }

    [Fact]
    public async Task A_key_or_its_authority_may_be_revoked_by_a_list_of_either_form()
    {
        (await KeygenRun.StockAsync("", "-q", "-k", "-f", _directory["krl"], _directory["key.pub"])).Ends();
        (await KeygenRun.StockAsync("", "-q", "-k", "-f", _directory["authorities.krl"], _directory["ca.pub"])).Ends();
        string garbled = _directory.Write("garbled", "garbled\n");
        foreach ((string revoked, bool revokesKey, bool revokesCertificate) in new[]
        {
            (_directory["key.pub"], true, true), (_directory["krl"], true, true), (_directory["ca.pub"], false, true), (_directory["authorities.krl"], false, true), ("/dev/null", false, false),
            (_directory["missing"], true, true), (garbled, true, true),
        })
        {
            foreach ((string list, string signature, bool isRevoked) in new[] { ("list", "sig", revokesKey), ("authorities", "cert.sig", revokesCertificate) })
            {
                string[] args = ["-Y", "verify", "-n", "file", "-I", "al@x", "-f", _directory[list], "-s", _directory[signature], "-r", revoked, "-O", "verify-time=20250101"];
                KeygenRun stock = await KeygenRun.StockAsync(Message, args), ours = KeygenRun.Ours(Message, args);
                Assert.Equal((stock.Status, stock.Output), (ours.Status, ours.Output));
                Assert.Equal(isRevoked ? 255 : 0, ours.Status);
                Assert.Equal(isRevoked, ours.Error.Contains("revoked", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task A_signature_that_is_there_is_replaced_only_by_one_who_says_yes_and_a_locked_key_opens_by_its_passphrase()
    {
        using var directory = new TemporaryDirectory();
        string key = await SignedFiles.CopyAsync(directory, "key", _directory["key"]), file = directory.Write("message", Message), signature = file + ".sig";
        KeygenRun.Ours("", "-q", "-p", "-N", "secret", "-f", key).Ends();
        KeygenRun asked = KeygenRun.Ours("secret\n", "-Y", "sign", "-n", "file", "-f", key, file).Ends();
        Assert.Equal($"Enter passphrase for \"{key}\": Signing file {file}\nWrite signature to {signature}\n", asked.Error);
        string first = await File.ReadAllTextAsync(signature);
        string[] again = ["-q", "-Y", "sign", "-n", "other", "-P", "secret", "-f", key, file];
        Assert.Equal(new KeygenRun(0, $"{signature} already exists.\nOverwrite (y/n)? ", ""), KeygenRun.Ours("n\n", again));
        Assert.Equal(first, await File.ReadAllTextAsync(signature));
        KeygenRun.Ours("y\n", again).Ends();
        Assert.NotEqual(first, await File.ReadAllTextAsync(signature));
        Assert.Equal($"Load key \"{key}\": incorrect passphrase supplied to decrypt private key\r\n", KeygenRun.Ours("", "-Y", "sign", "-n", "file", "-P", "wrong", "-f", key, file).Ends(255).Error);
    }

    [Fact]
    public async Task An_agent_signs_for_a_public_key_or_a_certificate()
    {
        using var agent = new StockAgent(_directory["agent"]);
        var environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.Path };
        string lone = _directory.Write("no-private.pub", await File.ReadAllTextAsync(_directory["key.pub"]));
        Assert.Equal("Couldn't find key in agent\r\n", (await SignAsync("-U", "-f", lone)).Ends(255).Error);
        await agent.AddAsync(await StockKeys.UserAsync("ed25519"));
        foreach ((string key, string list) in new[] { (lone, "list"), (_directory["key-cert.pub"], "authorities") })
        {
            string signature = _directory.Write("made", (await SignAsync("-U", "-f", key)).Ends().Output);
            (await KeygenRun.StockAsync(Message, "-Y", "verify", "-n", "file", "-I", "al@x", "-f", _directory[list], "-s", signature, "-O", "verify-time=20250101")).Ends();
        }

        async Task<RunResult> SignAsync(params string[] flags) =>
            await Run.Async(OurTools.Executable, ["ssh-keygen", "-Y", "sign", "-n", "file", .. flags], System.Text.Encoding.UTF8.GetBytes(Message), environment);
    }

    /// <summary>The signatures beside the messages, which are gone then.</summary>
    private Dictionary<string, string> TakeSignatures()
    {
        var signatures = new Dictionary<string, string>();
        foreach (string name in (string[])["message.sig", "other.sig"])
        {
            if (File.Exists(_directory[name])) signatures.Add(name, File.ReadAllText(_directory[name]));
            File.Delete(_directory[name]);
        }

        return signatures;
    }

    /// <summary>Without the usage, the places within OpenSSH's source, and its one slip of the pen.</summary>
    private static KeygenRun Plain(KeygenRun run)
    {
        int usage = run.Error.IndexOf("usage:", StringComparison.Ordinal);
        string error = usage < 0 ? run.Error : run.Error[..usage];
        IEnumerable<string> lines = error.ReplaceLineEndings("\n").Split('\n').Where(line => !line.StartsWith("sig_", StringComparison.Ordinal) && !line.StartsWith("sshsig_", StringComparison.Ordinal));
        error = string.Join('\n', lines).Replace(":missing", ": missing", StringComparison.Ordinal).Replace("for sign: missing allowed", "for verify: missing allowed", StringComparison.Ordinal);
        return run with { Error = error };
    }
}
