using Nacre.Tests.Interop;

namespace Nacre.Tests.Tools.SshKeygen;

/// <summary>Messages, a key with its certificate, its signatures, keys that belong to nothing, and lists of who may sign: made once for a class of tests.</summary>
public sealed class SignedFiles : IAsyncLifetime
{
    internal const string Message = "the message\n";

    internal TemporaryDirectory Directory { get; } = new();

    public async ValueTask InitializeAsync()
    {
        string key = await CopyAsync(Directory, "key", await StockKeys.UserAsync("ed25519")), authority = await CopyAsync(Directory, "ca", await StockKeys.HostAsync("ed25519"));
        Directory.Write("message", Message);
        Directory.Write("other", "another\n");
        string wrong = await CopyAsync(Directory, "wrong", await StockKeys.HostAsync("rsa-2048"));
        Directory.Write("lone.pub", await File.ReadAllTextAsync(wrong + ".pub"));
        Directory.Write("wrong.pub", await File.ReadAllTextAsync(key + ".pub"));
        (await KeygenRun.StockAsync("", "-q", "-s", authority, "-I", "id", "-n", "al@x,bo@x,al@y", "-V", "20240101:20300101", key + ".pub")).Ends();
        Directory.Write("sig", KeygenRun.Ours(Message, "-Y", "sign", "-n", "file", "-f", key).Ends().Output);
        Directory.Write("sig256", KeygenRun.Ours(Message, "-Y", "sign", "-n", "file", "-O", "hashalg=sha256", "-f", key).Ends().Output);
        Directory.Write("foreign.sig", KeygenRun.Ours("another", "-Y", "sign", "-n", "file", "-f", key).Ends().Output);
        Directory.Write("cert.sig", KeygenRun.Ours(Message, "-Y", "sign", "-n", "file", "-f", key + "-cert.pub").Ends().Output);
        Directory.Write("list", $"# signers\n  zz {await File.ReadAllTextAsync(authority + ".pub")}bo@x nonsense\nal@x,a*,!c {await File.ReadAllTextAsync(key + ".pub")}");
        Directory.Write("authorities", $"*@x cert-authority {await File.ReadAllTextAsync(authority + ".pub")}");
        Directory.Write("certificates", $"al@x {await File.ReadAllTextAsync(key + "-cert.pub")}");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Copies a key pair, the private key for its owner's eyes only.</summary>
    internal static async Task<string> CopyAsync(TemporaryDirectory directory, string name, string key)
    {
        File.Copy(key, directory[name], overwrite: true);
        File.SetUnixFileMode(directory[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(directory[name + ".pub"], await File.ReadAllTextAsync(key + ".pub"));
        return directory[name];
    }
}
