using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>ssh-keygen -D: what it prints of a token, and certifies by a key in it, is what OpenSSH's does.</summary>
[Trait("Category", "Interop")]
public sealed class KeygenTokenTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_prints_what_OpenSSHs_prints()
    {
        using SoftToken token = await SoftToken.MakeAsync();
        await token.ImportAsync("ssh-rsa", "the first");
        await token.ImportAsync("ecdsa-sha2-nistp256", "the second");
        await token.ImportAsync("ecdsa-sha2-nistp521", "");
        foreach (string flags in (string[])["", "-l", "-lv", "-l -E md5", "-Bl", "-B", "-P 9999"])
        {
            string[] words = ["-D", SoftToken.Library, .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            string theirs = (await RunAsync("ssh-keygen", words, token)).Ends().Output;
            Assert.NotEmpty(theirs);
            Assert.Equal(theirs, (await RunAsync(null, words, token)).Ends().Output);
        }
    }

    [Fact]
    public async Task Where_there_are_no_keys_it_ends_as_OpenSSHs_does()
    {
        using SoftToken empty = await SoftToken.MakeAsync();
        const string End = "cannot read public key from pkcs11\r\n";
        foreach ((string library, string words) in ((string, string)[])
        [
            (SoftToken.Library, ""),
            ("/nowhere/p11.so", "dlopen /nowhere/p11.so failed: /nowhere/p11.so: cannot open shared object file: No such file or directory\r\n"),
            ("/lib/x86_64-linux-gnu/libc.so.6", "dlsym(C_GetFunctionList) failed: /lib/x86_64-linux-gnu/libc.so.6 is not a PKCS#11 library\r\n"),
            ("", "dlopen  failed: no file is named\r\n"),
        ])
        {
            Assert.EndsWith(End, (await RunAsync("ssh-keygen", ["-D", library], empty)).Ends(255).Error, StringComparison.Ordinal);
            Assert.Equal(words + End, (await RunAsync(null, ["-D", library], empty)).Ends(255).Error);
        }
    }

    [Fact]
    public async Task A_key_in_a_token_certifies()
    {
        using SoftToken token = await SoftToken.MakeAsync();
        string rsa = _directory.Write("rsa.pub", $"{await token.ImportAsync("ssh-rsa", "rsa")}\n"), ec = _directory.Write("ec.pub", $"{await token.ImportAsync("ecdsa-sha2-nistp384", "ec")}\n");
        string first = _directory.Write("first.pub", await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub"));
        string second = _directory.Write("second.pub", await File.ReadAllTextAsync(await StockKeys.UserAsync("rsa-2048") + ".pub"));
        foreach ((string authority, string[] flags, int questions) in ((string, string[], int)[])[(rsa[..^".pub".Length], [], 1), (ec, ["-U"], 1), (rsa, ["-P", SoftToken.Pin, "-t", "rsa-sha2-256"], 0)])
        {
            string[] words = ["-D", SoftToken.Library, "-s", authority, "-I", "id", "-n", "al", "-V", "20200101:20400101", .. flags, first, second];
            List<string> shown = [];
            foreach (string? program in (string?[])["ssh-keygen", null])
            {
                string asked = _directory.Write("asked", "");
                string said = (await RunAsync(program, words, token, SoftToken.Pin, asked)).Ends().Error.ReplaceLineEndings("\n");
                Assert.Equal(string.Concat(Enumerable.Repeat($"Enter PIN for '{SoftToken.Label}': \n", questions)), await File.ReadAllTextAsync(asked));
                shown.Add(said + (await Run.Async("ssh-keygen", ["-Lf", _directory["first-cert.pub"]])).Ends().Output + (await Run.Async("ssh-keygen", ["-Lf", _directory["second-cert.pub"]])).Ends().Output);
            }

            Assert.Equal(shown[0], shown[1]);
        }
    }

    [Fact]
    public async Task What_keeps_a_key_in_a_token_from_certifying_is_said()
    {
        using SoftToken token = await SoftToken.MakeAsync();
        string authority = _directory.Write("authority.pub", $"{await token.ImportAsync("ecdsa-sha2-nistp256", "ec")}\n");
        string key = _directory.Write("key.pub", await File.ReadAllTextAsync(await StockKeys.UserAsync("ed25519") + ".pub"));
        foreach ((string library, string named, string pin, string words) in ((string, string, string, string)[])
        [
            (SoftToken.Library, authority, "9999", $"Couldn't certify key {key}: "),
            (SoftToken.Library, authority, "", $"Couldn't certify key {key}: "),
            (SoftToken.Library, key, SoftToken.Pin, $"No PKCS#11 key matching {key} found\r\n"),
            (SoftToken.Library, _directory["nowhere"], SoftToken.Pin, $"Couldn't load CA public key \"{_directory["nowhere"]}\": No such file or directory\r\n"),
            ("/nowhere/p11.so", authority, SoftToken.Pin, "cannot read public key from pkcs11\r\n"),
        ])
        {
            foreach (string? program in (string?[])["ssh-keygen", null])
            {
                RunResult result = await RunAsync(program, ["-D", library, "-s", named, "-I", "id", key], token, pin);
                Assert.Contains(words, result.Ends(255).Error, StringComparison.Ordinal);
            }
        }

        Assert.False(File.Exists(_directory["key-cert.pub"]));
    }

    private Task<RunResult> RunAsync(string? program, string[] words, SoftToken token, string pin = SoftToken.Pin, string asked = "/dev/null")
    {
        string askpass = _directory.Write("askpass", $"#!/bin/sh\nprintf '%s\\n' \"$1\" >>{asked}\necho '{pin}'\n");
        File.SetUnixFileMode(askpass, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string?>(token.Environment) { ["SSH_ASKPASS"] = askpass, ["SSH_ASKPASS_REQUIRE"] = "force" };
        return Run.Async(program ?? OurTools.Executable, program is null ? ["ssh-keygen", .. words] : words, environment: environment);
    }
}
