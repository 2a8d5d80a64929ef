using System.Globalization;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>Accepts the public keys that a user's authorized_keys files hold, and certificates by authorities that they or the server trust; nothing else.</summary>
/// <remarks>
/// The limits that a line's options or a certificate set are in the verdict, and the server holds the user to them. The places are asked in
/// OpenSSH's order, and the first that lets the key in decides: the files, then the authorities that the server trusts, then the command.
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

    /// <summary>Where more keys are looked for when the files have not let one in (AuthorizedKeysCommand).</summary>
    internal Func<PublicKey, CancellationToken, ValueTask<AuthorizedKeysFile?>>? Command { get; init; }

    /// <summary>
    /// The lists of principals for a certificate, each asked for only when those before it did not have one of its names
    /// (AuthorizedPrincipalsFile, AuthorizedPrincipalsCommand). Null where there are none: then certificates of
    /// <see cref="TrustedAuthorities"/> must name the user.
    /// </summary>
    internal Func<Certificate, CancellationToken, IAsyncEnumerable<AuthorizedKeysFile>>? Principals { get; init; }

    /// <summary>The hash that keys are shown in to <see cref="Log"/>.</summary>
    internal FingerprintHash Fingerprints { get; init; }

    /// <summary>Hears what let a key in or did not.</summary>
    internal Action<KeyNote, string>? Log { get; init; }

    /// <summary>Hears what of this the client is told, once it has logged in by whatever means.</summary>
    internal Action<string>? Remark { get; init; }

    /// <summary>Hears of the line that a key is on: where it is, and its options.</summary>
    internal Action<string, KeyOptions>? Found { get; init; }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        if (attempt is not PublicKeyAttempt { Key: var key }) return AuthenticationVerdict.Reject;
        if (Revoked?.Contains(key) == true)
        {
            Log?.Invoke(KeyNote.Error, $"Authentication key {key.ShortType} {key.FingerprintBy(Fingerprints)} is revoked");
            return AuthenticationVerdict.Reject;
        }

        var use = new KeyUse(attempt.UserName, Origin, Time.GetUtcNow());
        LoginPermissions? permissions = JudgeByFiles(await _source.ReadAsync(attempt.UserName, ct).ConfigureAwait(false), key, use);
        if (permissions is null && key is Certificate certificate) permissions = await JudgeByTrustAsync(certificate, use, ct).ConfigureAwait(false);
        if (permissions is null && Command is not null && await Command(key, ct).ConfigureAwait(false) is { } output) permissions = JudgeByFiles([output], key, use);
        return permissions is null ? AuthenticationVerdict.Reject : AuthenticationVerdict.AcceptWith(permissions);
    }

    /// <summary>What an authority permits that the server trusts: all that its certificates do.</summary>
    private static LoginPermissions AuthorityPermissions { get; } = LoginPermissions.Everything with { NoTouchRequired = true };

    private async ValueTask<LoginPermissions?> JudgeByTrustAsync(Certificate certificate, KeyUse use, CancellationToken ct)
    {
        if (!TrustedAuthorities.Contains(certificate.SignatureKey)) return null;
        if (Principals is null) return Judge(certificate, AuthorityPermissions, use.UserName, use, "via TrustedUserCAKeys");
        await foreach (AuthorizedKeysFile list in Principals(certificate, ct).ConfigureAwait(false))
        {
            if (AuthorizedPrincipals.Find(list, certificate, Debug) is not { } named) continue;
            if (named.Options.FaultFor(use, mayBeForAuthority: false, out string remark) is not { } fault) return Judge(certificate, named.Options.Permissions, null, use, "via TrustedUserCAKeys");
            Log?.Invoke(KeyNote.Info, $"{named.Place}: {fault}");
            Remark?.Invoke($"{named.Place}: {remark}");
            Refuse(certificate, "Refused by certificate principals options");
            return null;
        }

        Refuse(certificate, "Certificate does not contain an authorized principal");
        return null;
    }

    /// <summary>The first line that lets the key in decides.</summary>
    private LoginPermissions? JudgeByFiles(IReadOnlyList<AuthorizedKeysFile> files, PublicKey key, KeyUse use)
    {
        foreach (AuthorizedKeysFile file in files)
        {
            foreach (AuthorizedKey line in AuthorizedKeys.Find(file.Contents, key, (number, fault) => Debug($"{Place(file, number)}: {fault}")))
            {
                if (JudgeByLine(line, Place(file, line.Line), key, use) is { } permissions) return permissions;
            }
        }

        return null;
    }

    private LoginPermissions? JudgeByLine(AuthorizedKey line, string place, PublicKey key, KeyUse use)
    {
        if (line.Options.FaultFor(use, mayBeForAuthority: true, out string remark) is { } fault)
        {
            Log?.Invoke(KeyNote.Info, $"{place}: {fault}");
            Remark?.Invoke($"{place}: {remark}");
            Remark?.Invoke("Refused by key options");
            return null;
        }

        Found?.Invoke(place, line.Options);

        if (key is Certificate certificate) return JudgeByLine(line, place, certificate, use);
        Log?.Invoke(KeyNote.Verbose, $"Accepted key {key.ShortType} {key.FingerprintBy(Fingerprints)} found at {place}");
        return line.Options.Permissions;
    }

    private LoginPermissions? JudgeByLine(AuthorizedKey line, string place, Certificate certificate, KeyUse use)
    {
        string? names = line.Options.Principals;

        // The list of the line is split at its commas, the names of the certificate never are (CVE-2026-35414).
        if (names is null || names.Split(',').Any(name => name.Length > 0 && certificate.Principals.Contains(name)))
        {
            return Judge(certificate, line.Options.Permissions, names is null ? use.UserName : null, use, $"found at {place}");
        }

        Refuse(certificate, "Certificate does not contain an authorized principal");
        return null;
    }

    private LoginPermissions? Judge(Certificate certificate, LoginPermissions before, string? principal, KeyUse use, string by)
    {
        LoginPermissions? permissions = CertificateLimits.Permit(certificate, before, principal, use, out string fault);
        if (permissions is null) Refuse(certificate, fault);
        else Log?.Invoke(KeyNote.Verbose, $"Accepted certificate ID \"{Printable.Escape(certificate.KeyId)}\" (serial {Serial(certificate)}) signed by {Authority(certificate)} {by}");
        return permissions;
    }

    private void Refuse(Certificate certificate, string fault)
    {
        Log?.Invoke(KeyNote.Error, $"Refusing certificate ID \"{Printable.Escape(certificate.KeyId)}\" serial={Serial(certificate)} signed by {Authority(certificate)}: {fault}");
        Remark?.Invoke($"Refused Certificate ID \"{Printable.Escape(certificate.KeyId)}\" serial={Serial(certificate)}: {fault}");
    }

    private void Debug(string line)
    {
        Log?.Invoke(KeyNote.Debug, line);
        Remark?.Invoke(line);
    }

    private static string Place(AuthorizedKeysFile file, int line) => string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{line}");

    private static string Serial(Certificate certificate) => certificate.Serial.ToString(CultureInfo.InvariantCulture);

    private string Authority(Certificate certificate) => $"{certificate.SignatureKey.ShortType} CA {certificate.SignatureKey.FingerprintBy(Fingerprints)}";
}
