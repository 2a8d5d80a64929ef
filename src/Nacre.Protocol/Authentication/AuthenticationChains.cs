namespace Nacre.Protocol.Authentication;

/// <summary>Which methods, in which order, a client has to pass (AuthenticationMethods of sshd_config): any one, or one of several lists in full.</summary>
public sealed class AuthenticationChains
{
    private readonly string[][] _chains;

    private AuthenticationChains(string[][] chains) => _chains = chains;

    /// <summary>Any one method is enough.</summary>
    public static AuthenticationChains Any { get; } = new([]);

    /// <summary>One of these lists, each in its order.</summary>
    /// <param name="chains">Lists of method names, such as ["publickey", "password"].</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentException">There is no list, an empty one, or an unknown method.</exception>
    public static AuthenticationChains Of(params IReadOnlyList<IReadOnlyList<string>> chains)
    {
        ArgumentNullException.ThrowIfNull(chains);
        if (chains.Count == 0) throw new ArgumentException("There must be a list of methods.", nameof(chains));
        return new([.. chains.Select(chain => chain.Count == 0
            ? throw new ArgumentException("A list of methods is empty.", nameof(chains))
            : chain.Select(Known).ToArray())]);
    }

    /// <summary>Reads the value of AuthenticationMethods: "any", or lists separated by blanks of names separated by commas.</summary>
    /// <param name="text">The value.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentException">There is no list, an empty name, or an unknown method.</exception>
    public static AuthenticationChains Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lists = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (lists is ["any"]) return Any;
        return Of([.. lists.Select(list => list.Split(','))]);
    }

    internal Progress Begin(IReadOnlyList<string> enabled) => new(_chains, enabled);

    // sshd_config allows "keyboard-interactive:pam": the device does not matter here.
    private static string Known(string name)
    {
        string method = name.Split(':')[0];
        bool isKnown = method is MethodName.None or MethodName.PublicKey or MethodName.Password or MethodName.KeyboardInteractive or MethodName.Hostbased;
        return isKnown && (method == name || method == MethodName.KeyboardInteractive)
            ? method
            : throw new ArgumentException($"Unknown authentication method \"{name}\" in list");
    }

    /// <summary>How far one connection has come.</summary>
    internal sealed class Progress
    {
        private IReadOnlyList<string> _enabled;
        private readonly List<Queue<string>>? _left;

        public Progress(string[][] chains, IReadOnlyList<string> enabled)
        {
            _enabled = enabled;
            if (chains.Length > 0)
            {
                _left = [.. chains.Where(chain => chain.All(method => method == MethodName.None || enabled.Contains(method)))
                    .Select(chain => new Queue<string>(chain))];
            }

            if (enabled.Count == 0 || _left is { Count: 0 }) throw new InvalidOperationException("No authentication methods are enabled that a client could pass.");
        }

        /// <summary>True when the method may be tried now; none may be where no chain says otherwise, since the policy decides about it.</summary>
        public bool Allows(string method) => _left is null
            ? method == MethodName.None || _enabled.Contains(method)
            : _left.Exists(chain => chain.Peek() == method) && (method == MethodName.None || _enabled.Contains(method));

        /// <summary>RFC 4252 5.1: the methods "that may productively continue"; none is not listed (5.2).</summary>
        public IEnumerable<string> CanContinue => _enabled.Where(Allows);

        /// <summary>No longer offers methods, though nobody may be able to pass what is left.</summary>
        public void Withdraw(params string[] methods) => _enabled = [.. _enabled.Except(methods)];

        /// <summary>Takes note that a method succeeded; true when the client has passed all it has to.</summary>
        public bool Advance(string method)
        {
            if (_left is null) return true;
            bool isDone = false;
            foreach (Queue<string> chain in _left)
            {
                if (chain.Peek() != method) continue;
                chain.Dequeue();
                isDone |= chain.Count == 0;
            }

            return isDone;
        }
    }
}
