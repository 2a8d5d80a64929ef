using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>UpdateHostKeys for one connection: brings the user's known_hosts to the keys that the server has, under OpenSSH's conditions.</summary>
/// <remarks>
/// It leaves alone what a person wrote or what more than this one host goes by: lines with markers, wildcards or lists of names, and keys that are known by
/// other names, too. A key that is new must be proved; one that the server no longer shows is removed on the word of those that are trusted.
/// </remarks>
internal sealed class KnownHostsUpdate
{
    private const string Question = "Accept updated hostkeys? (yes/no): ";

    /// <summary>A person who answers neither yes nor no is asked this often.</summary>
    private const int MaxQuestions = 3;

    private readonly KnownHostsOptions _options;
    private readonly IHostKeyDialog _dialog;
    private readonly IReadOnlyList<PublicKey> _keys;
    private readonly string _name;
    private readonly string? _address;
    private readonly HashSet<PublicKey> _known = [];
    private readonly List<PublicKey> _old = [];
    private string? _obstacle;

    /// <summary>Prepares the update.</summary>
    /// <param name="options">The files.</param>
    /// <param name="dialog">Speaks with the person.</param>
    /// <param name="offer">The host.</param>
    /// <param name="keys">The keys that the server says it has.</param>
    public KnownHostsUpdate(KnownHostsOptions options, IHostKeyDialog dialog, HostKeyOffer offer, IReadOnlyList<PublicKey> keys)
    {
        (_options, _dialog, _keys) = (options, dialog, keys);
        _name = HostKeyExamination.NameOf(options, offer);
        _address = HostKeyExamination.CheckedAddress(options, offer);
    }

    /// <summary>Looks, has new keys proved, tells or asks the person, and writes.</summary>
    public async ValueTask RunAsync(IHostKeyProof proof, CancellationToken ct)
    {
        try
        {
            if (!HasWork(out PublicKey[] added)) return;
            if (added.Length > 0 && !await proof.ProveAsync(added, ct).ConfigureAwait(false))
            {
                _dialog.Warn("Server failed to confirm ownership of private host keys");
                return;
            }

            if (!await IsAgreedAsync(added, ct).ConfigureAwait(false)) return;
            for (int i = 0; i < _options.UserFiles.Count; i++)
            {
                await KnownHostsWriter.ReplaceAsync(_options.UserFiles[i], _name, _address, _keys, adds: i == 0, _options.HashesNames, ct).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or SshException)
        {
            _dialog.Warn($"The host keys of {Printable.Escape(_name)} could not be updated: {error.Message}");
        }
    }

    private bool HasWork(out PublicKey[] added)
    {
        KnownHostsEntry[] lines = [.. _options.UserFiles.SelectMany(KnownHostsReader.ReadFile)];
        foreach (KnownHostsEntry line in lines) Look(line);
        added = [.. _keys.Where(key => !_known.Contains(key))];
        _options.Trace.Write(3, $"{_keys.Count} server keys: {added.Length} new, {_keys.Count - added.Length} retained. {_old.Count} to remove");
        if (added.Length == 0 && _old.Count == 0) _obstacle = "no new or deprecated keys from server";
        else if (_old.Count > 0 && lines.Any(line => !IsOfHost(line) && _old.Contains(line.Key))) _obstacle ??= "deprecated keys exist under other names";
        if (_obstacle is not null) _options.Trace.Write(1, $"{_obstacle}, skipping UserKnownHostsFile update");
        return _obstacle is null;
    }

    private void Look(KnownHostsEntry line)
    {
        bool hasName = KnownHostName.IsNamed(_name, line.Names), hasAddress = _address is not null && KnownHostName.IsNamed(_address, line.Names);
        bool isShown = _keys.Contains(line.Key);
        if (!hasName && !hasAddress)
        {
            if (isShown) _obstacle ??= "host key found matching a different name/address";
        }
        else if (line.Marker != KnownHostsMarker.None || IsComplex(line.Names))
        {
            _obstacle ??= "CA/revocation marker, manual host list or wildcard host pattern found";
        }
        else if (_address is not null && line.Names.Contains(',', StringComparison.Ordinal) && hasName != hasAddress)
        {
            _obstacle ??= "host key found matching a different name/address";
        }
        else if (isShown)
        {
            _known.Add(line.Key);
        }
        else if (!_old.Contains(line.Key))
        {
            _old.Add(line.Key);
        }
    }

    private bool IsOfHost(KnownHostsEntry line) => KnownHostName.IsNamed(_name, line.Names) || (_address is not null && KnownHostName.IsNamed(_address, line.Names));

    // A name and its address are what ssh writes itself.
    private static bool IsComplex(string names) => names.AsSpan().ContainsAny('*', '?') || names.Count(c => c == ',') > 1;

    private async ValueTask<bool> IsAgreedAsync(PublicKey[] added, CancellationToken ct)
    {
        string[] changes =
        [
            .. added.Select(key => $"Learned new hostkey: {key.ShortType} {key.FingerprintBy(_options.FingerprintHash)}"),
            .. _old.Select(key => $"Deprecating obsolete hostkey: {key.ShortType} {key.FingerprintBy(_options.FingerprintHash)}"),
        ];
        if (_options.UpdateHostKeys != UpdateHostKeys.Ask)
        {
            foreach (string change in changes) _options.Trace.Write(0, change);
            return true;
        }

        _dialog.Inform("The server has updated its host keys.\nThese changes were verified by the server's existing trusted key.\n" + string.Join('\n', changes));
        for (int i = 0; i < MaxQuestions; i++)
        {
            string? answer = await _dialog.AskAsync(Question, ct).ConfigureAwait(false);
            if (answer is null || answer.Equals("no", StringComparison.OrdinalIgnoreCase)) return false;
            if (answer.Equals("yes", StringComparison.OrdinalIgnoreCase)) return true;
            _dialog.Inform("Please enter \"yes\" or \"no\"");
        }

        return false;
    }
}
