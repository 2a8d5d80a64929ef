using System.Text;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Agent;

/// <summary>The SSH sessions that a connection to the agent comes through or is used for, as their clients have told (PROTOCOL.agent 1), and what follows for keys that may be used for certain hosts only.</summary>
/// <remarks>
/// The bindings are a path: each host but the last forwards the connection on, and so may the last one; or else the connection serves to log in
/// there. A key may be used when each step of the path is among its destinations.
/// </remarks>
internal sealed class SessionBindings(TimeProvider time, ITrace trace)
{
    /// <summary>More hops are refused; OpenSSH's limit.</summary>
    public const int Most = 16;

    /// <summary>Longer session identifiers are refused; twice the longest hash.</summary>
    public const int MaxSessionId = 128;

    private readonly List<Binding> _bindings = [];

    /// <summary>True when a client has told, or tried to tell, of a session: what comes from here may come from another host.</summary>
    public bool IsRemote { get; private set; }

    /// <summary>The session that a signature must be for.</summary>
    public Binding? Last => _bindings.Count > 0 ? _bindings[^1] : null;

    /// <summary>Takes a binding; false when it is not to be believed.</summary>
    public bool TryBind(ReadOnlySpan<byte> contents)
    {
        // Also when it fails: a host key of a type that is unknown here must not leave the connection as free as a local one.
        IsRemote = true;
        SessionBind fields;
        PublicKey hostKey;
        try
        {
            fields = Message.ReadRecord<SessionBind>(contents);
            hostKey = PublicKey.Parse(fields.HostKey);
            if (fields.SessionId.Length is 0 or > MaxSessionId || !IsSignedBy(hostKey, fields)) return Refuse($"session-bind: the signature is not by {hostKey.ShortType} {hostKey.Fingerprint}");
        }
        catch (SshException malformed)
        {
            return Refuse($"session-bind: {malformed.Message}");
        }

        foreach (Binding binding in _bindings)
        {
            if (!binding.IsForwarding) return Refuse("attempt to bind session ID to socket previously bound for authentication attempt");
            if (!binding.SessionId.AsSpan().SequenceEqual(fields.SessionId)) continue;
            return binding.HostKey.Equals(hostKey) || Refuse("session ID recorded against different key");
        }

        if (_bindings.Count == Most) return Refuse("too many session IDs recorded");
        _bindings.Add(new Binding(hostKey, fields.SessionId.ToArray(), fields.IsForwarding));
        trace.Write(1, $"recorded {hostKey.ShortType} {hostKey.Fingerprint} (slot {_bindings.Count - 1} of {Most})");
        return true;
    }

    /// <summary>Whether a key may be seen, replaced and removed through this connection.</summary>
    public bool Permits(HeldKey key) => key.Constraints.Destinations.Count == 0 || (HasPath && IsPermittedPath(key.Constraints.Destinations, userName: null));

    /// <summary>Whether a key with destinations may make a signature through this connection; it must be one for a login that is among them.</summary>
    public bool PermitsLogin(HeldKey key, SignedLogin? login)
    {
        if (Last is not { } last) return Refuse("refusing use of destination-constrained key to sign on unbound connection");
        if (login is null) return Refuse("refusing use of destination-constrained key to sign an unidentified signature");
        if (!IsPermittedPath(key.Constraints.Destinations, login.UserName)) return false;
        if (!last.SessionId.AsSpan().SequenceEqual(login.SessionId)) return Refuse("unexpected session ID on signature request");

        // Whoever relays the agent could have it sign for a session of his own; the host key within the signature shows whose it is.
        if (login.HostKey is null) return _bindings.Count == 1 || Refuse("refusing use of destination-constrained key: no hostkey recorded in signature for forwarded connection");
        return login.HostKey.Equals(last.HostKey) || Refuse("refusing use of destination-constrained key: mismatch between hostkey in request and most recently bound session");
    }

    private bool HasPath => _bindings.Count > 0 || !IsRemote || Refuse("previous session bind failed on socket");

    private static bool IsSignedBy(PublicKey hostKey, in SessionBind fields)
    {
        string algorithm = Encoding.ASCII.GetString(Message.ReadRecord<SignatureFields>(fields.Signature).Algorithm);
        return hostKey.PlainKey.Verify(algorithm, fields.SessionId, fields.Signature, out _);
    }

    private bool IsPermittedPath(IReadOnlyList<DestinationConstraint> destinations, string? userName)
    {
        PublicKey? from = null;
        for (int i = 0; i < _bindings.Count; i++)
        {
            Binding hop = _bindings[i];
            bool isLast = i == _bindings.Count - 1;
            if (isLast && hop.IsForwarding && userName is not null) return Refuse("tried to sign on forwarding hop");
            if (!IsPermitted(destinations, from, hop.HostKey, isLast ? userName : null)) return false;
            from = hop.HostKey;
        }

        // A key that can be used at the host which the agent is forwarded to, but nowhere from there, need not be seen there.
        return Last is not { IsForwarding: true } || IsPermitted(destinations, from, to: null, userName: null);
    }

    private bool IsPermitted(IReadOnlyList<DestinationConstraint> destinations, PublicKey? from, PublicKey? to, string? userName)
    {
        foreach (DestinationConstraint each in destinations)
        {
            bool isFrom = from is null ? each.From is null : each.From is not null && IsHost(each.From, from);
            if (isFrom
                && (to is null || IsHost(each.To, to))
                && (userName is null || each.UserName is null || Wildcard.Matches(userName, each.UserName)))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsHost(DestinationHop hop, PublicKey key)
    {
        foreach (DestinationKey known in hop.Keys)
        {
            if (key is not Certificate certificate)
            {
                if (!known.IsAuthority && known.Key.Equals(key)) return true;
                continue;
            }

            if (!known.IsAuthority || !known.Key.Equals(certificate.SignatureKey) || !KeyAlgorithm.AuthorityDefaults.Contains(certificate.SignatureAlgorithm)) continue;
            if (certificate.FaultAsHost(hop.HostName.ToLowerInvariant(), time.GetUtcNow()) is not { } fault) return true;
            trace.Write(1, $"cert \"{Printable.Escape(certificate.KeyId)}\" / hostname {Printable.Escape(hop.HostName)} rejected: {fault}");
        }

        return false;
    }

    private bool Refuse(string why)
    {
        trace.Write(1, why);
        return false;
    }

    /// <summary>A session, by its host's key.</summary>
    internal sealed record Binding(PublicKey HostKey, byte[] SessionId, bool IsForwarding);
}
