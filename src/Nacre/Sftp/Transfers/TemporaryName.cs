using Nacre.Crypto;


namespace Nacre.Sftp.Transfers;

/// <summary>Makes the name that a file has until it is whole: hidden, in the same directory, and nobody else's.</summary>
internal static class TemporaryName
{
    public static string For(string target)
    {
        const int length = 8;
        int slash = target.LastIndexOf('/') + 1;
        string random = SystemRandom.Instance.Text("abcdefghijklmnopqrstuvwxyz0123456789", length);
        return $"{target[..slash]}.{target[slash..]}.nacre-{random}";
    }
}
