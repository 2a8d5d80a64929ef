namespace Nacre.Client;

/// <summary>What an <see cref="IHostKeyPolicy"/> says to a key.</summary>
public enum HostKeyVerdict
{
    /// <summary>The key is not trusted: the connection ends before anything secret is sent.</summary>
    Refuse,

    /// <summary>The key is the server's.</summary>
    Trust,
}
