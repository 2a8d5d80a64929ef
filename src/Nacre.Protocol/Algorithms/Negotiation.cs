using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Algorithms;

/// <summary>Finds what two KEXINITs agree on; a pure function of both, so that both ends find the same.</summary>
/// <remarks>
/// Names are looked up in the catalog, so that markers (ext-info-c, kex-strict-s-v00@openssh.com) never match, whoever sends them.
/// The lists are read where they lie: a peer's list of a hundred thousand names costs no memory.
/// </remarks>
internal static class Negotiation
{
    /// <summary>Negotiates, or throws <see cref="NegotiationFailedException"/> for the first kind that has nothing in common.</summary>
    public static NegotiatedAlgorithms Negotiate(scoped ref readonly KexInit ours, scoped ref readonly KexInit theirs, bool isClient)
    {
        // RFC 4253 7.1 lets a key exchange ask for a host key that can sign or encrypt. All of ours want one that signs, and all of our
        // host keys do, so each list is settled by itself.
        bool isGuessWrong = !IsSameFirst(ours.KexAlgorithms, theirs.KexAlgorithms)
            || !IsSameFirst(ours.ServerHostKeyAlgorithms, theirs.ServerHostKeyAlgorithms);
        return new NegotiatedAlgorithms(
            Choose(AlgorithmCatalog.KeyExchanges, ours.KexAlgorithms, theirs.KexAlgorithms, isClient),
            Choose(AlgorithmCatalog.HostKeys, ours.ServerHostKeyAlgorithms, theirs.ServerHostKeyAlgorithms, isClient),
            Direction(
                ours.EncryptionClientToServer, theirs.EncryptionClientToServer, ours.MacClientToServer, theirs.MacClientToServer,
                ours.CompressionClientToServer, theirs.CompressionClientToServer, isClient),
            Direction(
                ours.EncryptionServerToClient, theirs.EncryptionServerToClient, ours.MacServerToClient, theirs.MacServerToClient,
                ours.CompressionServerToClient, theirs.CompressionServerToClient, isClient),
            IsOurGuessWrong: ours.FirstKexPacketFollows && isGuessWrong,
            IsPeerGuessWrong: theirs.FirstKexPacketFollows && isGuessWrong);
    }

    private static DirectionAlgorithms Direction(
        NameList ourCiphers, NameList theirCiphers, NameList ourMacs, NameList theirMacs, NameList ourCompressions, NameList theirCompressions, bool isClient)
    {
        CipherAlgorithm cipher = Choose(AlgorithmCatalog.Ciphers, ourCiphers, theirCiphers, isClient);
        return new DirectionAlgorithms(
            cipher,
            cipher.IsAead ? null : Choose(AlgorithmCatalog.Macs, ourMacs, theirMacs, isClient),
            Choose(AlgorithmCatalog.Compressions, ourCompressions, theirCompressions, isClient));
    }

    // RFC 4253 7.1: "The chosen encryption algorithm to each direction MUST be the first algorithm on the client's name-list that is also on
    // the server's name-list." The other kinds are chosen alike.
    private static T Choose<T>(AlgorithmTable<T> table, NameList ours, NameList theirs, bool isClient)
        where T : Algorithm
    {
        ReadOnlySpan<byte> client = (isClient ? ours : theirs).Bytes;
        NameList server = isClient ? theirs : ours;
        foreach (Range range in client.Split((byte)','))
        {
            ReadOnlySpan<byte> name = client[range];
            if (table.TryFind(name, out T? row) && server.Contains(name)) return row;
        }

        throw new NegotiationFailedException(table.Kind, theirs, ours);
    }

    // RFC 4253 7: a guess is wrong when the sides' first key exchange or first host key algorithms differ, even if what it guessed is
    // then agreed on.
    private static bool IsSameFirst(NameList left, NameList right) => First(left).SequenceEqual(First(right));

    private static ReadOnlySpan<byte> First(NameList names)
    {
        int comma = names.Bytes.IndexOf((byte)',');
        return comma < 0 ? names.Bytes : names.Bytes[..comma];
    }
}
