using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Agent;

/// <summary>Adds keys under conditions, all of which the agent must be able to hold to.</summary>
internal static class AgentAdditions
{
    /// <summary>Adds a key in memory, which is taken over whatever comes of it.</summary>
    /// <exception cref="SshException">It is not added.</exception>
    public static void Add(HeldKeys keys, AgentServerOptions options, PrivateKey key, Certificate? certificate, string comment, AgentConstraints constraints, Func<HeldKey, bool> mayReplace)
    {
        try
        {
            if (constraints.Certificates is not null) throw new SshException("certificates are associated with the keys of tokens only");
            if (key is SecurityPrivateKey kept)
            {
                Add(keys, options, kept, certificate, comment, constraints, mayReplace);
                return;
            }

            if (constraints.SecurityKeyProvider is not null) throw new SshException($"Cannot add provider: {key.PublicKey.Type} is not an authenticator-hosted key");
            Add(keys, options, new Addition((PublicKey?)certificate ?? key.PublicKey, key, comment, Provider: null), constraints, mayReplace);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static void Add(HeldKeys keys, AgentServerOptions options, SecurityPrivateKey key, Certificate? certificate, string comment, AgentConstraints constraints, Func<HeldKey, bool> mayReplace)
    {
        string named = constraints.SecurityKeyProvider ?? throw new SshException("the key is kept by a security key, and no provider came with it");
        if (options.SecurityKeys is not { } reach) throw new SshException("this agent has no way to speak with security keys");
        string path = ProviderPath.Resolve(named) ?? throw new SshException($"failed provider \"{named}\": there is no such file");
        if (options.AllowsProvider?.Invoke(path) != true) throw new SshException($"Refusing add key: provider {path} not allowed");
        Add(keys, options, new Addition((PublicKey?)certificate ?? key.PublicKey, new KeptSigner(key, reach(key, path)), comment, path), constraints, mayReplace);
    }

    /// <summary>Adds the keys of a token that are not there yet, under the certificates that came along; returns how many.</summary>
    public static int Add(HeldKeys keys, AgentServerOptions options, IReadOnlyList<TokenKey> token, string provider, AgentConstraints constraints)
    {
        SharedSigner[] signers = [.. token.Select(static key => new SharedSigner(key.Signer))];
        try
        {
            int added = 0;
            for (int i = 0; i < signers.Length; i++) added += Add(keys, options, signers[i], token[i].Comment.Length > 0 ? token[i].Comment : provider, provider, constraints);
            return added;
        }
        finally
        {
            foreach (SharedSigner signer in signers) signer.Leave();
        }
    }

    private static int Add(HeldKeys keys, AgentServerOptions options, SharedSigner signer, string comment, string provider, AgentConstraints constraints)
    {
        int added = 0;
        PublicKey plain = signer.PublicKey.PlainKey;
        IEnumerable<PublicKey> identities = constraints.Certificates?.Certificates.Where(certificate => certificate.PlainKey.Equals(plain)) ?? [];
        if (constraints.Certificates is not { IsCertificatesOnly: true }) identities = identities.Append(plain);
        foreach (PublicKey identity in identities)
        {
            if (keys.Find(identity.Blob.Span) is not null) continue;
            SharedSigner.Share share = signer.Enter();
            try
            {
                Add(keys, options, new Addition(identity, share, comment, provider), constraints, static _ => false);
                added++;
            }
            catch
            {
                share.Dispose();
                throw;
            }
        }

        return added;
    }

    private static void Add(HeldKeys keys, AgentServerOptions options, Addition addition, AgentConstraints constraints, Func<HeldKey, bool> mayReplace)
    {
        if (constraints.MustConfirm && options.Confirmer is null) throw new SshException("there is nobody here who could confirm the use of a key");
        TimeSpan? lifetime = constraints.Lifetime ?? options.DefaultLifetime;
        var held = new HeldKey(addition.Identity, addition.Signer, addition.Comment, constraints) { DiesAt = keys.DeathAfter(lifetime), Provider = addition.Provider };
        if (!keys.TryAdd(held, mayReplace)) throw new SshException($"no room for another key, or it is there and may not be replaced through this connection");
        if (!options.Trace.IsOn(1)) return;
        PublicKey identity = addition.Identity;
        options.Trace.Write(
            1,
            $"add {identity.Type} {identity.Fingerprint} \"{Printable.Escape(addition.Comment)}\" (life: {(long)(lifetime?.TotalSeconds ?? 0)}) (confirm: {(constraints.MustConfirm ? 1 : 0)}) "
                + $"(provider: {Printable.Escape(addition.Provider ?? "none")}) (destination constraints: {constraints.Destinations.Count})");
    }

    private readonly record struct Addition(PublicKey Identity, ISigner Signer, string Comment, string? Provider);

    /// <summary>Erases the handle with the key.</summary>
    private sealed class KeptSigner(SecurityPrivateKey key, ISigner signer) : ISigner, IDisposable
    {
        public PublicKey PublicKey => key.PublicKey;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => signer.SignAsync(algorithm, data, ct);

        public void Dispose() => key.Dispose();
    }

    /// <summary>One signer that stands for several identities: it is done with when the last of them is.</summary>
    private sealed class SharedSigner(ISigner signer)
    {
        // The first is whoever hands it out.
        private int _users = 1;

        public PublicKey PublicKey => signer.PublicKey;

        public Share Enter()
        {
            Interlocked.Increment(ref _users);
            return new Share(this);
        }

        public void Leave()
        {
            if (Interlocked.Decrement(ref _users) == 0) (signer as IDisposable)?.Dispose();
        }

        /// <summary>What one identity signs with; disposed of once.</summary>
        public sealed class Share(SharedSigner shared) : ISigner, IDisposable
        {
            public PublicKey PublicKey => shared.PublicKey;

            public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => shared.SignAsync(algorithm, data, ct);

            public void Dispose() => shared.Leave();
        }

        private ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => signer.SignAsync(algorithm, data, ct);
    }
}
