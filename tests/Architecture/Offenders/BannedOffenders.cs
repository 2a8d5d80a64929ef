// Types that use what is banned on purpose, so that the tests can show that the rules find it.
#pragma warning disable CA5394

using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Serialization;
using System.Security.Cryptography;

namespace Nacre.Tests.Architecture.Offenders;

internal sealed class Gambler
{
    public static int Throw() => Random.Shared.Next(6);
}

internal sealed class Deserializer
{
    public static object? Read(Stream stream) => new DataContractSerializer(typeof(object)).ReadObject(stream);
}

internal sealed class SlowMultiplier
{
    public static BigInteger Square(BigInteger secret) => secret * secret;
}

internal sealed class Decrypter
{
    public static byte[] Open(RSA key, byte[] text) => key.Decrypt(text, RSAEncryptionPadding.Pkcs1);
}

internal sealed class PathCombiner
{
    public static string In(string directory, string name) => Path.Combine(directory, name);
}

internal sealed partial class NativeImporter
{
    public static nint Load() => NativeLibrary.Load("libc.so.6");

    [LibraryImport("libc", EntryPoint = "getpid")]
    public static partial int ProcessId();
}

public static class Visible
{
    public static class Nested;
}

internal static class Hidden
{
    public static class Nested;
}

internal sealed class Importer
{
    public Nacre.Protocol.Wire.Violation? Named { get; set; }
}
