using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Nacre.Unix;

/// <summary>Checks a password against a hash of the shadow file, for machines on which PAM is not used.</summary>
internal static unsafe partial class Crypt
{
    // libxcrypt has 32 KiB in struct crypt_data, glibc's own of old 128 KiB and a little.
    private const nuint DataBytes = 136 * 1024;
    private const int ShortestHash = 13;
    private const string FallbackSetting = "$6$nacre.nobody$";

    private static readonly Lazy<string> StandIn = new(FindStandIn);

    /// <summary>
    /// Whether a password is the one of a hash. A null hash stands for a user that does not exist or may not log in: then the same
    /// work is done, against a hash of the kind that this machine uses, and the answer is no.
    /// </summary>
    /// <exception cref="DllNotFoundException">There is no libcrypt.so.1.</exception>
    public static bool Verify(ReadOnlySpan<byte> password, string? hash)
    {
        // Not a hash: locked ("!", "*"), empty, or the token by which crypt(3) itself says that it failed ("*0").
        bool isHash = hash is { Length: >= ShortestHash } && hash[0] is not ('*' or '!');
        byte[] expected = Encoding.UTF8.GetBytes(isHash ? hash! : StandIn.Value);

        byte[]? computed = password.Contains((byte)0) ? null : Compute(password, expected);
        bool isEqual = computed is not null && CryptographicOperations.FixedTimeEquals(computed, expected);
        return isEqual & isHash;
    }

    /// <summary>The hash of a password for a setting such as "$6$salt$"; null when the library has no such method.</summary>
    internal static byte[]? Compute(ReadOnlySpan<byte> password, ReadOnlySpan<byte> setting)
    {
        nuint keyBytes = (nuint)password.Length + 1;
        nuint total = DataBytes + keyBytes + (nuint)setting.Length + 1;
        byte* memory = (byte*)NativeMemory.AllocZeroed(total);
        try
        {
            byte* key = memory + DataBytes;
            byte* salt = key + keyBytes;
            password.CopyTo(new Span<byte>(key, password.Length));
            setting.CopyTo(new Span<byte>(salt, setting.Length));
            byte* result = crypt_r(key, salt, memory);
            if (result is null || *result == '*')
                return null;
            return MemoryMarshal.CreateReadOnlySpanFromNullTerminated(result).ToArray();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(memory, (int)total));
            NativeMemory.Free(memory);
        }
    }

    /// <summary>A setting of the method and cost of the first real hash in the shadow file, so that unknown users cost the same.</summary>
    private static string FindStandIn()
    {
        try
        {
            foreach (string line in File.ReadLines("/etc/shadow"))
            {
                string[] fields = line.Split(':', 3);
                if (fields.Length > 1 && fields[1].StartsWith('$'))
                    return fields[1];
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whoever may not read the file has no hashes to check either.
        }
        return FallbackSetting;
    }

    [LibraryImport("libcrypt.so.1")]
    private static partial byte* crypt_r(byte* key, byte* setting, byte* data);
}
