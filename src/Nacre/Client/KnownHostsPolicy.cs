using Nacre.Client.Dns;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>Trusts the host keys that known_hosts files hold, and speaks with the person about others in OpenSSH's words.</summary>
/// <remarks>Whatever goes wrong refuses the key. A revoked key is refused in every mode.</remarks>
public sealed class KnownHostsPolicy : IHostKeyPolicy, IHostKeyLearner
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
            var texts = new HostKeyTexts(_options, offer.Key, HostKeyExamination.NameOf(_options, offer), address: null);
            if (_options.RevokedKeysFiles.FirstOrDefault(file => RevokedHostKeys.Contains(file, offer.Key)) is { } file)
            {
                _dialog.Warn(texts.RevokedBy(file));
                return HostKeyVerdict.Refuse;
            }

            SshfpVerdict dns = await AskDnsAsync(offer, ct).ConfigureAwait(false);
            if (dns == SshfpVerdict.Authenticated && _options.VerifyHostKeyDns == VerifyHostKeyDns.Yes) return HostKeyVerdict.Trust;
            if (dns == SshfpVerdict.Mismatching) _dialog.Warn(texts.NotInDns);
            return await new HostKeyExamination(_options, _dialog, offer, dns).JudgeAsync(ct).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            _dialog.Warn(error.Message);
            return HostKeyVerdict.Refuse;
        }
    }

    /// <inheritdoc/>
    public async ValueTask LearnAsync(HostKeyOffer offer, IReadOnlyList<PublicKey> keys, IHostKeyProof proof, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(proof);
        if (_options.UpdateHostKeys == UpdateHostKeys.No || _options.UserFiles.Count == 0) return;
        await new KnownHostsUpdate(_options, _dialog, offer, keys).RunAsync(proof, ct).ConfigureAwait(false);
    }

    /// <summary>The host key algorithms in an order that asks the host for a key, or a certificate, that the files know.</summary>
    internal IReadOnlyList<string> Order(IReadOnlyList<string> algorithms, SshDestination destination)
    {
        try
        {
            (string host, int port) = _options.HostKeyAlias is { } alias ? (alias, 0) : (destination.Host, destination.Port);
            return HostKeyOrder.For(algorithms, KnownHosts.Load([.. _options.UserFiles, .. _options.GlobalFiles]), host, port);
        }
        catch (SshException)
        {
            // The judgement says what is wrong with the files.
            return algorithms;
        }
    }

    private ValueTask<SshfpVerdict> AskDnsAsync(HostKeyOffer offer, CancellationToken ct) => _options.VerifyHostKeyDns == VerifyHostKeyDns.No
        ? ValueTask.FromResult(SshfpVerdict.Silent)
        : SshfpCheck.JudgeAsync(_options.Fingerprints, offer.Host, offer.Key.PlainKey, _options.Trace, ct);
}
