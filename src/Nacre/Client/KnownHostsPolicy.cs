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
    /// <exception cref="SshException">What is known of hosts cannot be read.</exception>
    internal async ValueTask<IReadOnlyList<string>> OrderAsync(IReadOnlyList<string> algorithms, SshDestination destination, CancellationToken ct)
    {
        (string host, int port) = _options.HostKeyAlias is { } alias ? (alias, 0) : (destination.Host, destination.Port);
        var question = new KnownHostsQuestion(KnownHostsPurpose.Order, KnownHostName.Of(host, port), Key: null);
        KnownHosts known = await KnownHosts.Load([.. _options.UserFiles, .. _options.GlobalFiles]).WithSourceAsync(_options.Source, question, ct).ConfigureAwait(false);
        return HostKeyOrder.For(algorithms, known, host, port);
    }

    private ValueTask<SshfpVerdict> AskDnsAsync(HostKeyOffer offer, CancellationToken ct) => _options.VerifyHostKeyDns == VerifyHostKeyDns.No
        ? ValueTask.FromResult(SshfpVerdict.Silent)
        : SshfpCheck.JudgeAsync(_options.Fingerprints, offer.Host, offer.Key.PlainKey, _options.Trace, ct);
}
