using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The groups for Diffie-Hellman group exchange in the file of ModuliFile, which is read when a client first asks for one.</summary>
/// <param name="path">The file, or null for none.</param>
/// <param name="log">Told of a file that cannot be used; then the published groups serve.</param>
internal sealed class GroupFile(string? path, SshdLog log) : IModulusSource
{
    private const int MaxFileBytes = 16 * 1024 * 1024;

    private readonly Lazy<IModulusSource> _groups = new(() => Read(path, log));

    public (byte[] Prime, byte[] Generator) Choose(int min, int preferred, int max) => _groups.Value.Choose(min, preferred, max);

    /// <summary>Reads a file at once.</summary>
    public static IModulusSource Load(string path, SshdLog log) => Read(path, log);

    private static IModulusSource Read(string? path, SshdLog log)
    {
        if (path is null) return RfcModuli.Instance;
        try
        {
            ModuliFile file = ModuliFile.Parse(Encoding.Latin1.GetString(FileSafety.Read(path, MaxFileBytes, out _)), SystemRandom.Instance);
            if (file.Count > 0) return file;
            log.Info($"WARNING: no suitable primes in {Printable.Escape(path)}");
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            log.Info($"WARNING: could not open {Printable.Escape(path)} ({error.Message}), using fixed modulus");
        }

        return RfcModuli.Instance;
    }
}
