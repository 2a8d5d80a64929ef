using System.Net;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>Trusts the host keys that known_hosts files hold, and speaks with the person about others in OpenSSH's words.</summary>
/// <remarks>Whatever goes wrong refuses the key. A revoked key is refused in every mode.</remarks>
public sealed class KnownHostsPolicy : IHostKeyPolicy
{
    private readonly KnownHostsOptions _options;
    private readonly IHostKeyDialog _dialog;

    /// <summary>Creates the policy; the files are read anew for each judgement.</summary>
    /// <param name="options">The files and the mode.</param>
    /// <param name="dialog">Speaks with the person.</param>
    public KnownHostsPolicy(KnownHostsOptions options, IHostKeyDialog dialog)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(dialog);
        (_options, _dialog) = (options, dialog);
    }

    /// <inheritdoc/>
    public async ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(offer);
        try
        {
            return await JudgeByFilesAsync(offer, ct).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            _dialog.Warn(error.Message);
            return HostKeyVerdict.Refuse;
        }
    }

    private async ValueTask<HostKeyVerdict> JudgeByFilesAsync(HostKeyOffer offer, CancellationToken ct)
    {
        if (_options is { TrustsLoopback: true, HostKeyAlias: null } && IsLoopback(offer.Address)) return HostKeyVerdict.Trust;

        KnownHosts known = KnownHosts.Load([.. _options.UserFiles, .. _options.GlobalFiles]);
        (string host, int port) = _options.HostKeyAlias is { } alias ? (alias, 0) : (offer.Host, offer.Port);
        IReadOnlyList<KnownHostsEntry> entries = known.Find(host, port);
        IReadOnlyList<KnownHostsEntry> withoutPort = _options.HostKeyAlias is null && port != KnownHostName.DefaultPort ? known.Find(host, port: 0) : [];
        var texts = new HostKeyTexts(_options, offer.Key, KnownHostName.Of(host, port), port);

        if (entries.Concat(withoutPort).Any(entry => entry.Marker == KnownHostsMarker.Revoked && entry.Key.Equals(offer.Key)))
        {
            _dialog.Warn(texts.Revoked);
            return HostKeyVerdict.Refuse;
        }

        KnownHostsEntry[] own = [.. entries.Where(entry => entry.Marker == KnownHostsMarker.None)];
        if (own.Any(entry => entry.Key.Equals(offer.Key))) return Trust(texts);
        if (own.Length > 0) return JudgeChanged(texts, own[^1]);

        // A host that is known by its name alone is the same host at another port.
        bool isKnownByName = withoutPort.Any(entry => entry.Marker == KnownHostsMarker.None && entry.Key.Equals(offer.Key));
        return isKnownByName ? Trust(texts) : await JudgeUnknownAsync(offer, known, texts, host, port, ct).ConfigureAwait(false);
    }

    private HostKeyVerdict Trust(HostKeyTexts texts)
    {
        if (_options.ShowsDrawing) _dialog.Inform(texts.Drawing);
        return HostKeyVerdict.Trust;
    }

    private HostKeyVerdict JudgeChanged(HostKeyTexts texts, KnownHostsEntry offending)
    {
        _dialog.Warn(texts.Changed(offending));
        return _options.Strict == StrictHostKeyChecking.No ? HostKeyVerdict.TrustWithoutSecrets : HostKeyVerdict.Refuse;
    }

    private async ValueTask<HostKeyVerdict> JudgeUnknownAsync(
        HostKeyOffer offer, KnownHosts known, HostKeyTexts texts, string host, int port, CancellationToken ct)
    {
        switch (_options.Strict)
        {
            case StrictHostKeyChecking.Yes:
                _dialog.Warn(texts.Unknown);
                return HostKeyVerdict.Refuse;
            case StrictHostKeyChecking.Ask when !await ConfirmAsync(texts.Question(offer.Address, known), texts.Fingerprint, ct).ConfigureAwait(false):
                return HostKeyVerdict.Refuse;
        }

        await RememberAsync(texts, host, port, offer.Key, ct).ConfigureAwait(false);
        return HostKeyVerdict.Trust;
    }

    /// <summary>Yes, or the fingerprint itself, typed or pasted, is a yes; nothing and no are a no; anything else is asked again.</summary>
    private async ValueTask<bool> ConfirmAsync(string question, string fingerprint, CancellationToken ct)
    {
        while (await _dialog.AskAsync(question, ct).ConfigureAwait(false) is { } line)
        {
            ReadOnlySpan<char> answer = line.AsSpan().TrimStart(" \t");
            int end = answer.IndexOfAny(" \t\r\n");
            if (end >= 0) answer = answer[..end];
            if (answer.Equals("yes", StringComparison.OrdinalIgnoreCase) || answer.SequenceEqual(fingerprint)) return true;
            if (answer.IsEmpty || answer.Equals("no", StringComparison.OrdinalIgnoreCase)) return false;
            question = HostKeyTexts.AskAgain;
        }

        return false;
    }

    // A key that was accepted is trusted now, even if it cannot be kept.
    private async ValueTask RememberAsync(HostKeyTexts texts, string host, int port, PublicKey key, CancellationToken ct)
    {
        if (_options.UserFiles.Count == 0) return;
        try
        {
            await KnownHosts.AddAsync(_options.UserFiles[0], host, port, key, _options.HashesNames, ct).ConfigureAwait(false);
            _dialog.Inform(texts.Added);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _dialog.Warn(texts.NotAdded);
        }
    }

    private static bool IsLoopback(string? address) => IPAddress.TryParse(address, out IPAddress? parsed) && IPAddress.IsLoopback(parsed);
}
