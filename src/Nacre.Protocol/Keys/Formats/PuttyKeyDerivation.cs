using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>How a .ppk file of version 3 makes keys of a passphrase: Argon2, and how much of it.</summary>
internal sealed record PuttyKeyDerivation(Argon2Type Type, int MemoryKiB, int Passes, int Lanes, byte[] Salt)
{
    /// <summary>Thirty times what PuTTY takes by itself.</summary>
    public const int MaxMemoryKiB = 256 * 1024;

    /// <summary>Memory times passes: some ten seconds of work. A file that asks for more was made to hold someone up.</summary>
    public const long MaxWork = 4L << 20;

    private const int MaxLanes = 64;
    private const int MaxSalt = 1024;

    public static PuttyKeyDerivation Read(PuttyKeyText text)
    {
        string name = text.ReadHeader("Key-Derivation");
        Argon2Type type = name switch
        {
            "Argon2d" => Argon2Type.D,
            "Argon2i" => Argon2Type.I,
            "Argon2id" => Argon2Type.Id,
            _ => throw KeyFormatException.Unsupported($"The private key is locked through \"{Wire.Printable.Escape(name)}\", which is not supported."),
        };
        int memory = text.ReadNumber("Argon2-Memory", MaxMemoryKiB);
        int passes = text.ReadNumber("Argon2-Passes", int.MaxValue);
        int lanes = text.ReadNumber("Argon2-Parallelism", MaxLanes);
        byte[] salt = text.ReadHex("Argon2-Salt");
        if (passes < 1 || lanes < 1 || memory / 8 < lanes || salt.Length is < Argon2.MinSalt or > MaxSalt) throw KeyFormatException.Damaged("The private key file's Argon2 settings make no sense.");
        if ((long)memory * passes > MaxWork) throw KeyFormatException.Unsupported($"The private key is locked with {passes} passes over {memory} KiB; at most {MaxWork} KiB in all are supported.");
        return new PuttyKeyDerivation(type, memory, passes, lanes, salt);
    }

    public void Derive(ReadOnlySpan<byte> passphrase, Span<byte> keys) => Argon2.Derive(Type, passphrase, Salt, MemoryKiB, Passes, Lanes, keys);
}
