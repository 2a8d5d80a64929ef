namespace Nacre.Tests.Interop;

/// <summary>A directory that programs see in the place of /etc/ssh, for the files that OpenSSH reads nowhere else; only root can show one.</summary>
internal sealed class PrivateEtcSsh(TemporaryDirectory directory)
{
    /// <summary>The arguments of unshare(1) that run a program so.</summary>
    public string[] Arguments(string program, IEnumerable<string> arguments) =>
        ["-m", "sh", "-c", "mount --bind \"$0\" /etc/ssh && exec \"$@\"", directory.Path, program, .. arguments];
}
