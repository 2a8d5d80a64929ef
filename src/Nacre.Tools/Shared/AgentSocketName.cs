using System.Text;
using Nacre.Crypto;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>The names of agents' sockets in ~/.ssh/agent, as OpenSSH gives them: each tells which host it is of, since hosts may share the directory.</summary>
internal static class AgentSocketName
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int HostLength = 10, RandomLength = 10;

    /// <summary>What the names of this host's sockets begin with.</summary>
    public static string HostPrefix
    {
        get
        {
            byte[] hash = Digest.Sha512(Encoding.UTF8.GetBytes(Users.HostName));
            return $"s.{new string([.. hash.Take(HostLength).Select(static value => Letters[value % Letters.Length])])}.";
        }
    }

    /// <summary>A name that nobody guesses.</summary>
    /// <param name="tag">Which program's socket it is.</param>
    public static string New(string tag) => $"{HostPrefix}{tag}.{Environment.ProcessId}.{Random(RandomLength)}";

    /// <summary>Letters and digits.</summary>
    public static string Random(int length) => SystemRandom.Instance.Text(Letters, length);
}
