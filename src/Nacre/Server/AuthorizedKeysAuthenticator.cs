using System.Globalization;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>Accepts the public keys that a user's authorized_keys files hold, and certificates by authorities that they or the server trust; nothing else.</summary>
/// <remarks>
/// The limits that a line's options or a certificate set are in the verdict, and the server holds the user to them. A line with a limit that
/// nothing would hold the user to does not let its key in: a line is never given more than it says.
/// </remarks>
public sealed class AuthorizedKeysAuthenticator : IAuthenticator
{
    private readonly IAuthorizedKeysSource _source;

    /// <summary>Creates the policy.</summary>
    /// <param name="source">Reads the files, anew for each attempt.</param>
    public AuthorizedKeysAuthenticator(IAuthorizedKeysSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
    }

    /// <summary>The keys of authorities whose certificates let in the users that they name (TrustedUserCAKeys).</summary>
    public IReadOnlyList<PublicKey> TrustedAuthorities { get; init; } = [];

    /// <summary>The keys and certificates that are refused whatever else says that they are good (RevokedKeys).</summary>
    public KeyRevocationList? Revoked { get; init; }

    /// <summary>The clock, which certificates ask.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the client comes from; null where nobody knows, so that no key or certificate that asks for it is let in.</summary>
    internal IClientOrigin? Origin { get; init; }

    /// <summary>
    /// The contents of AuthorizedPrincipalsFile, none where it is missing. Null where it is not in use: then certificates of
    /// <see cref="TrustedAuthorities"/> must name the user.
    /// </summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>>? Principals { get; init; }

    /// <summary>Hears why a key that was found did not let its owner in, and which certificate did.</summary>
    internal Action<string>? Log { get; init; }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        if (attempt is not PublicKeyAttempt { Key: var key }) return AuthenticationVerdict.Reject;
        if (Revoked?.Contains(key) == true)
        {
            Log?.Invoke($"Authentication key {key.ShortType} {key.Fingerprint} is revoked");
            return AuthenticationVerdict.Reject;
        }

        var use = new KeyUse(attempt.UserName, Origin, Time.GetUtcNow());
        LoginPermissions? permissions = key is Certificate certificate ? JudgeByTrust(certificate, use) : null;
        permissions ??= JudgeByFiles(await _source.ReadAsync(attempt.UserName, ct).ConfigureAwait(false), key, use);
        return permissions is null ? AuthenticationVerdict.Reject : AuthenticationVerdict.AcceptWith(permissions);
    }

    private LoginPermissions? JudgeByTrust(Certificate certificate, KeyUse use)
    {
        if (!TrustedAuthorities.Contains(certificate.SignatureKey)) return null;
        LoginPermissions? named = LoginPermissions.Everything;
        if (Principals is not null)
        {
            named = Principals.Select(contents => AuthorizedPrincipals.Find(contents, certificate, use, Log)).FirstOrDefault(found => found is not null);
            if (named is null)
            {
                Refuse(certificate, "Certificate does not contain an authorized principal");
                return null;
            }
        }

        return Judge(certificate, named, Principals is null ? use.UserName : null, use, "via TrustedUserCAKeys");
    }

    /// <summary>The first line that lets the key in decides. One with limits that are not enforced ends the search: a later one must not lift them.</summary>
    private LoginPermissions? JudgeByFiles(IReadOnlyList<ReadOnlyMemory<byte>> files, PublicKey key, KeyUse use)
    {
        foreach (AuthorizedKey line in files.SelectMany(contents => AuthorizedKeys.Find(contents, key)))
        {
            LoginPermissions? permissions = line.Options.Permit(use, out string fault);
            if (permissions is not null && key is Certificate certificate) permissions = JudgeByLine(certificate, line, permissions, use);
            else if (permissions is not null && line.Options.IsForAuthority) (permissions, fault) = (null, "principals on non-CA key");
            if (permissions is not null) return permissions;
            if (fault.Length > 0) Log?.Invoke($"authorized_keys:{line.Line}: {fault}");
            if (!line.Options.IsEnforced) return null;
        }

        return null;
    }

    private LoginPermissions? JudgeByLine(Certificate certificate, AuthorizedKey line, LoginPermissions permissions, KeyUse use)
    {
        string? names = line.Options["principals"];

        // The list of the line is split at its commas, the names of the certificate never are (CVE-2026-35414).
        if (names is null || names.Split(',').Any(name => name.Length > 0 && certificate.Principals.Contains(name)))
        {
            return Judge(certificate, permissions, names is null ? use.UserName : null, use, string.Create(CultureInfo.InvariantCulture, $"found at authorized_keys:{line.Line}"));
        }

        Refuse(certificate, "Certificate does not contain an authorized principal");
        return null;
    }

    private LoginPermissions? Judge(Certificate certificate, LoginPermissions before, string? principal, KeyUse use, string by)
    {
        LoginPermissions? permissions = CertificateLimits.Permit(certificate, before, principal, use, out string fault);
        if (permissions is null) Refuse(certificate, fault);
        else Log?.Invoke($"Accepted certificate ID \"{Printable.Escape(certificate.KeyId)}\" (serial {Serial(certificate)}) signed by {Authority(certificate)} {by}");
        return permissions;
    }

    private void Refuse(Certificate certificate, string fault) =>
        Log?.Invoke($"Refusing certificate ID \"{Printable.Escape(certificate.KeyId)}\" serial={Serial(certificate)} signed by {Authority(certificate)}: {fault}");

    private static string Serial(Certificate certificate) => certificate.Serial.ToString(CultureInfo.InvariantCulture);

    private static string Authority(Certificate certificate) => $"{certificate.SignatureKey.ShortType} CA {certificate.SignatureKey.Fingerprint}";
}
