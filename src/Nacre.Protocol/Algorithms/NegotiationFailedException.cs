using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Algorithms;

/// <summary>The two sides share no algorithm of some kind (RFC 4253 7.1), so there is nothing to go on with.</summary>
public sealed class NegotiationFailedException : SshViolationException
{
    private const int MaxShownOffer = 1024;

    internal NegotiationFailedException(AlgorithmKind kind, NameList theirs, NameList ours)
        : this(kind, Shown(theirs), ours.ToString())
    {
    }

    private NegotiationFailedException(AlgorithmKind kind, string theirs, string ours)
        : base(Violation.NoCommonAlgorithm, $"no matching {Describe(kind)} found. Their offer: {theirs}. Our offer: {ours}")
    {
        Kind = kind;
        TheirOffer = theirs;
        OurOffer = ours;
    }

    /// <summary>The kind of algorithm that the sides have none of in common.</summary>
    public AlgorithmKind Kind { get; }

    /// <summary>What is missing in OpenSSH's words: "no matching cipher found".</summary>
    public string Reason => $"no matching {Describe(Kind)} found";

    /// <summary>What the peer offered, best first, separated by commas; cut off when it is long.</summary>
    public string TheirOffer { get; }

    /// <summary>What we offered, best first, separated by commas.</summary>
    public string OurOffer { get; }

    private static string Describe(AlgorithmKind kind) => kind switch
    {
        AlgorithmKind.KeyExchange => "key exchange method",
        AlgorithmKind.HostKey => "host key type",
        AlgorithmKind.Cipher => "cipher",
        AlgorithmKind.Mac => "MAC",
        _ => "compression method",
    };

    private static string Shown(NameList names) =>
        names.Bytes.Length <= MaxShownOffer ? names.ToString() : new NameList(names.Bytes[..MaxShownOffer]).ToString() + "...";
}
