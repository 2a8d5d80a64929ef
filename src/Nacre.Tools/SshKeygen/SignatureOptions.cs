using System.Security.Cryptography;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshKeygen;

/// <summary>What -O says of signatures to make or to check.</summary>
internal sealed record SignatureOptions
{
    /// <summary>The hash of the message to sign.</summary>
    public HashAlgorithmName Hash { get; private init; } = HashAlgorithmName.SHA512;

    /// <summary>The time at which a signature must have been allowed.</summary>
    public DateTimeOffset VerifyTime { get; private init; } = DateTimeOffset.UtcNow;

    /// <summary>True where the key that has signed is to be printed.</summary>
    public bool PrintsKey { get; private init; }

    /// <summary>Reads the options.</summary>
    /// <param name="options">Each with its value.</param>
    /// <param name="names">Those that mean something here.</param>
    /// <param name="status">The exit status where one does not.</param>
    /// <exception cref="FatalException">There is no such option here, or its value is none.</exception>
    public static SignatureOptions Parse(IEnumerable<string> options, IReadOnlyCollection<string> names, int status = 255)
    {
        var read = new SignatureOptions();
        foreach (string option in options)
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string name = (equals < 0 ? option : option[..equals]).ToLowerInvariant(), value = option[(equals + 1)..];
            bool isKnown = names.Contains(name) && name == "print-pubkey" == equals < 0;
            if (!isKnown) throw new FatalException($"Invalid option \"{Printable.Escape(option)}\"", status);
            read = name switch
            {
                "hashalg" => read with { Hash = SshSignature.HashNamed(value) ?? throw new FatalException($"unsupported hash algorithm \"{Printable.Escape(value)}\": sha256 and sha512 are supported", status) },
                "verify-time" when AbsoluteTime.TryRead(value, out long seconds) && seconds > 0 => read with { VerifyTime = DateTimeOffset.FromUnixTimeSeconds(seconds) },
                "verify-time" => throw new FatalException("Invalid \"verify-time\" option", status),
                _ => read with { PrintsKey = true },
            };
        }

        return read;
    }
}
