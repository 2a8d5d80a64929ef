using System.Diagnostics.CodeAnalysis;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>A certificate that a user logs in with, joined to the identity that has its private key: a file or an agent's key.</summary>
public sealed class UserCertificate : IIdentity
{
    private const int MaxLength = 256 * 1024;

    private readonly Certificate _certificate;
    private readonly IIdentity _key;

    /// <summary>Joins a certificate and its key.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="key">Has the private half; stays the caller's.</param>
    public UserCertificate(Certificate certificate, IIdentity key)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        (_certificate, _key) = (certificate, key);
    }

    /// <summary>The name of the key.</summary>
    public string Name => _key.Name;

    /// <inheritdoc/>
    public PublicKey PublicKey => _certificate;

    /// <inheritdoc/>
    public bool SignsUnasked => _key.SignsUnasked;

    /// <summary>Has the private half.</summary>
    internal IIdentity Key => _key;

    /// <summary>Reads a certificate from a file such as ~/.ssh/id_ed25519-cert.pub.</summary>
    /// <param name="path">The file.</param>
    /// <param name="certificate">The certificate.</param>
    /// <returns>False where there is no such file, or no certificate in it.</returns>
    public static bool TryRead(string path, [NotNullWhen(true)] out Certificate? certificate)
    {
        certificate = null;
        try
        {
            using PrivateFile file = PrivateFile.Read(path, MaxLength);
            certificate = PublicKeyLine.FindFirst(file.Contents.Span)?.Key as Certificate;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As with a key whose file is not there, the login goes on without it.
        }

        return certificate is not null;
    }

    /// <inheritdoc/>
    public async ValueTask<ISigner?> OpenAsync(CancellationToken ct)
    {
        ISigner? signer = await _key.OpenAsync(ct).ConfigureAwait(false);
        if (signer is null || _certificate.PlainKey.Equals(signer.PublicKey)) return signer is null ? null : new CertifiedSigner(_certificate, signer);
        throw new SshException($"The certificate \"{Printable.Escape(_certificate.KeyId)}\" is for another key than {Printable.Escape(Name)}.");
    }
}
