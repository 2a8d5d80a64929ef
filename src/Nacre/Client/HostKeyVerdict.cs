namespace Nacre.Client;

/// <summary>What an <see cref="IHostKeyPolicy"/> says to a key.</summary>
public enum HostKeyVerdict
{
    /// <summary>The key is not trusted: the connection ends before anything secret is sent.</summary>
    Refuse,

    /// <summary>The key is the server's.</summary>
    Trust,

    /// <summary>The key may be somebody else's, and the user wants to go on: no password and no answer is sent, and nothing is forwarded.</summary>
    TrustWithoutSecrets,

    /// <summary>The key is the server's, and so well known that other keys which the server shows may be kept on its word; see <see cref="IHostKeyLearner"/>.</summary>
    TrustAndLearn,
}
