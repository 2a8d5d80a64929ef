using System.Net;
using Nacre.Client.Dns;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>One judgement of one host key by what is known of its host: looks it up, tells the person, asks and remembers, in OpenSSH's order.</summary>
internal sealed class HostKeyExamination
{
    private readonly KnownHostsOptions _options;
    private readonly IHostKeyDialog _dialog;
    private readonly HostKeyOffer _offer;
    private readonly SshfpVerdict _dns;
    private readonly string _name;
    private readonly string? _address;
    private readonly HostKeyTexts _texts;

    /// <summary>Prepares the judgement.</summary>
    /// <param name="options">The files and the mode.</param>
    /// <param name="dialog">Speaks with the person.</param>
    /// <param name="offer">The key and whom it is for.</param>
    /// <param name="dns">What the DNS says of it.</param>
    public HostKeyExamination(KnownHostsOptions options, IHostKeyDialog dialog, HostKeyOffer offer, SshfpVerdict dns)
    {
        (_options, _dialog, _offer, _dns) = (options, dialog, offer, dns);
        _name = NameOf(options, offer);
        _address = offer.Address is null ? null : KnownHostName.Of(offer.Address, offer.Port);
        _texts = new HostKeyTexts(options, offer.Key, _name, _address);
    }

    private ITrace Trace => _options.Trace;

    /// <summary>The name that known_hosts has for the host.</summary>
    public static string NameOf(KnownHostsOptions options, HostKeyOffer offer) =>
        options.HostKeyAlias is { } alias ? KnownHostName.Of(alias, port: 0) : KnownHostName.Of(offer.Host, offer.Port);

    /// <summary>CheckHostIP: the address under which the key must be known, too; null when there is none that says more than the name.</summary>
    public static string? CheckedAddress(KnownHostsOptions options, HostKeyOffer offer) =>
        options.ChecksAddress && offer.Address is { } address && !IsLoopback(address) && address != offer.Host ? KnownHostName.Of(address, offer.Port) : null;

    /// <summary>Judges the key.</summary>
    public async ValueTask<HostKeyVerdict> JudgeAsync(CancellationToken ct)
    {
        if (_options is { TrustsLoopback: true, HostKeyAlias: null } && IsLoopback(_offer.Address))
        {
            Trace.Write(1, "Forcing accepting of host key for loopback/localhost.");
            return HostKeyVerdict.Trust;
        }

        KnownHosts files = KnownHosts.Load([.. _options.UserFiles, .. _options.GlobalFiles]);
        KnownHosts known = await WithSourceAsync(files, KnownHostsPurpose.HostName, _name, ct).ConfigureAwait(false);
        if (_offer.Key is Certificate certificate) return JudgeCertificate(certificate, known) ?? await JudgePlainKeyAsync(certificate, ct).ConfigureAwait(false);
        KnownHostsFinding byName = KnownHostsFinding.Of(known.FindName(_name), _offer.Key);
        KnownHostsFinding withoutPort = KnownHostsFinding.Of(WithoutPort(known), _offer.Key);
        KnownHostsFinding? byAddress = await FindByAddressAsync(files, ct).ConfigureAwait(false);
        if (new[] { byName, withoutPort, byAddress ?? default }.Any(finding => finding.Status == KnownHostsStatus.Revoked))
        {
            _dialog.Warn(_texts.Revoked);
            return HostKeyVerdict.Refuse;
        }

        if (_dns == SshfpVerdict.Authenticated && _options.VerifyHostKeyDns == VerifyHostKeyDns.Yes) return HostKeyVerdict.Trust;
        HostKeyVerdict verdict = byName.Status switch
        {
            KnownHostsStatus.Known => await JudgeKnownAsync(byName.Line!, byAddress, ct).ConfigureAwait(false),
            KnownHostsStatus.Changed => JudgeChanged(byName.Line!, byAddress),

            // A host that is known by its name alone is the same host at another port.
            _ when withoutPort.Status == KnownHostsStatus.Known => KnownWithoutPort(),
            _ => await JudgeUnknownAsync(known, byAddress, ct).ConfigureAwait(false),
        };
        bool isAgreed = verdict is HostKeyVerdict.Refuse or HostKeyVerdict.TrustWithoutSecrets || byAddress is not { Status: KnownHostsStatus.Changed };
        return isAgreed || await ConfirmAddressAsync(byAddress!.Value.Line!, byName.Line, ct).ConfigureAwait(false) ? verdict : HostKeyVerdict.Refuse;
    }

    /// <summary>Judges a certificate by the authorities of the host; null when none of them vouches for it.</summary>
    private HostKeyVerdict? JudgeCertificate(Certificate certificate, KnownHosts known)
    {
        KnownHostsFinding finding = KnownHostsFinding.Of([.. known.FindName(_name), .. WithoutPort(known)], certificate);
        if (finding.Status == KnownHostsStatus.Revoked)
        {
            _dialog.Warn(_texts.Revoked);
            return HostKeyVerdict.Refuse;
        }

        if (finding is not { Status: KnownHostsStatus.Known, Line: { } authority }) return null;
        Trace.Write(1, $"Host '{Printable.Escape(_name)}' is known and matches the {certificate.ShortType} host certificate.");
        Trace.Write(1, $"Found CA key in {Printable.Escape(authority.File)}:{authority.Line}");
        string? fault = _options.CASignatureAlgorithms.Contains(certificate.SignatureAlgorithm)
            ? certificate.FaultAsHost(KnownHostName.Of(_options.HostKeyAlias ?? _offer.Host, port: 0), _options.Time.GetUtcNow())
            : $"certificate signature algorithm {Printable.Escape(certificate.SignatureAlgorithm)}: signature algorithm not allowed";
        if (fault is not null)
        {
            _dialog.Warn(fault);
            return null;
        }

        if (_options.ShowsDrawing) _dialog.Inform(_texts.Drawing);
        return HostKeyVerdict.Trust;
    }

    private ValueTask<HostKeyVerdict> JudgePlainKeyAsync(Certificate certificate, CancellationToken ct)
    {
        Trace.Write(1, "No matching CA found. Retry with plain key");
        return new HostKeyExamination(_options, _dialog, _offer with { Key = certificate.PlainKey }, _dns).JudgeAsync(ct);
    }

    private async ValueTask<KnownHosts> WithSourceAsync(KnownHosts files, KnownHostsPurpose purpose, string name, CancellationToken ct) =>
        await files.WithSourceAsync(_options.Source, new KnownHostsQuestion(purpose, name, _offer.Key), ct).ConfigureAwait(false);

    private IReadOnlyList<KnownHostsEntry> WithoutPort(KnownHosts known) =>
        _options.HostKeyAlias is null && _offer.Port is not (0 or KnownHostName.DefaultPort) ? known.Find(_offer.Host, port: 0) : [];

    private async ValueTask<KnownHostsFinding?> FindByAddressAsync(KnownHosts files, CancellationToken ct)
    {
        if (CheckedAddress(_options, _offer) is not { } address) return null;
        KnownHosts known = await WithSourceAsync(files, KnownHostsPurpose.Address, address, ct).ConfigureAwait(false);
        return KnownHostsFinding.Of(known.FindName(address), _offer.Key);
    }

    private async ValueTask<HostKeyVerdict> JudgeKnownAsync(KnownHostsEntry line, KnownHostsFinding? byAddress, CancellationToken ct)
    {
        Trace.Write(1, $"Host '{Printable.Escape(_name)}' is known and matches the {_offer.Key.ShortType} host key.");
        Trace.Write(1, $"Found key in {Printable.Escape(line.File)}:{line.Line}");
        if (byAddress is { Status: KnownHostsStatus.New }) await RememberAddressAsync(ct).ConfigureAwait(false);
        else if (_options.ShowsDrawing) _dialog.Inform(_texts.Drawing);

        // What an administrator or a command keeps is not the user's to change.
        bool isUsers = _options.UserFiles.Contains(line.File) && (byAddress?.Line is not { } other || _options.UserFiles.Contains(other.File));
        return isUsers ? Learning(HostKeyVerdict.Trust) : HostKeyVerdict.Trust;
    }

    private HostKeyVerdict KnownWithoutPort()
    {
        Trace.Write(1, "found matching key w/out port");
        if (_options.ShowsDrawing) _dialog.Inform(_texts.Drawing);
        return HostKeyVerdict.Trust;
    }

    private HostKeyVerdict JudgeChanged(KnownHostsEntry offending, KnownHostsFinding? byAddress)
    {
        bool tellsAnotherStory = byAddress is { } finding && (finding.Status != KnownHostsStatus.Changed || !finding.Line!.Key.Equals(offending.Key));
        if (tellsAnotherStory) _dialog.Warn(_texts.Spoofed(byAddress!.Value));
        _dialog.Warn(_texts.Changed(offending));
        if (_options.Strict != StrictHostKeyChecking.No) return HostKeyVerdict.Refuse;
        if (!_options.EndsWhenWithheld || _options.Withheld.Count == 0) return HostKeyVerdict.TrustWithoutSecrets;
        _dialog.Warn(HostKeyTexts.EndedForWithheld);
        return HostKeyVerdict.Refuse;
    }

    private async ValueTask<HostKeyVerdict> JudgeUnknownAsync(KnownHosts known, KnownHostsFinding? byAddress, CancellationToken ct)
    {
        HostKeyVerdict verdict = HostKeyVerdict.Trust;
        switch (_options.Strict)
        {
            case StrictHostKeyChecking.Yes:
                _dialog.Warn(_texts.Unknown);
                return HostKeyVerdict.Refuse;
            case StrictHostKeyChecking.Ask:
                bool? isInDns = _options.VerifyHostKeyDns == VerifyHostKeyDns.No ? null : _dns is SshfpVerdict.Matching or SshfpVerdict.Authenticated;
                if (!await ConfirmAsync(_texts.Question(known, isInDns), _texts.Fingerprint, ct).ConfigureAwait(false)) return HostKeyVerdict.Refuse;

                // Somebody looked at this key; one that was added unseen vouches for no others.
                verdict = Learning(verdict);
                break;
        }

        await RememberAsync(byAddress is { Status: KnownHostsStatus.New }, ct).ConfigureAwait(false);
        return verdict;
    }

    private HostKeyVerdict Learning(HostKeyVerdict verdict) => _options.UpdateHostKeys == UpdateHostKeys.No ? verdict : HostKeyVerdict.TrustAndLearn;

    /// <summary>The name knows the key, or is new, and the address has another one.</summary>
    private async ValueTask<bool> ConfirmAddressAsync(KnownHostsEntry offending, KnownHostsEntry? matching, CancellationToken ct)
    {
        string text = _texts.AddressDiffers(offending, matching);
        if (_options.Strict == StrictHostKeyChecking.Ask)
        {
            return await ConfirmAsync(text + "\nAre you sure you want to continue connecting (yes/no)? ", fingerprint: null, ct).ConfigureAwait(false);
        }

        _dialog.Inform(text);
        if (_options.Strict == StrictHostKeyChecking.No) return true;
        _dialog.Warn(HostKeyTexts.Exiting);
        return false;
    }

    /// <summary>Yes, or the fingerprint itself, typed or pasted, is a yes; nothing and no are a no; anything else is asked again.</summary>
    private async ValueTask<bool> ConfirmAsync(string question, string? fingerprint, CancellationToken ct)
    {
        while (await _dialog.AskAsync(question, ct).ConfigureAwait(false) is { } line)
        {
            ReadOnlySpan<char> answer = line.AsSpan().TrimStart(" \t");
            int end = answer.IndexOfAny(" \t\r\n");
            if (end >= 0) answer = answer[..end];
            if (answer.Equals("yes", StringComparison.OrdinalIgnoreCase) || (fingerprint is not null && answer.SequenceEqual(fingerprint))) return true;
            if (answer.IsEmpty || answer.Equals("no", StringComparison.OrdinalIgnoreCase)) return false;
            question = fingerprint is null ? HostKeyTexts.AskAgain : HostKeyTexts.AskAgainWithFingerprint;
        }

        return false;
    }

    // A key that was accepted is trusted now, even if it cannot be kept.
    private async ValueTask RememberAsync(bool isWithAddress, CancellationToken ct)
    {
        if (_options.UserFiles.Count == 0) return;
        bool isAdded = await TryAppendAsync(_name, isWithAddress ? _address : null, ct).ConfigureAwait(false);
        if (isAdded) _dialog.Inform(_texts.Added(isWithAddress));
        else _dialog.Warn(_texts.NotAdded);
    }

    private async ValueTask RememberAddressAsync(CancellationToken ct)
    {
        if (_options.UserFiles.Count == 0) return;
        bool isAdded = await TryAppendAsync(_address!, null, ct).ConfigureAwait(false);
        if (isAdded) _dialog.Inform(_texts.AddressAdded);
        else _dialog.Warn(_texts.AddressNotAdded);
    }

    private async ValueTask<bool> TryAppendAsync(string name, string? address, CancellationToken ct)
    {
        try
        {
            await KnownHostsWriter.AppendAsync(_options.UserFiles[0], KnownHostName.Lines(name, address, _offer.Key, _options.HashesNames), ct).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    private static bool IsLoopback(string? address) => IPAddress.TryParse(address, out IPAddress? parsed) && IPAddress.IsLoopback(parsed);
}
