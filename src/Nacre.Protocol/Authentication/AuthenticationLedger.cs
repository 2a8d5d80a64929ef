using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>What one client has passed and failed on its way to a login, and by that what it may still try.</summary>
/// <remarks>
/// Whoever speaks with the client keeps one. Where another process judges, because that one is not trusted, the judge keeps one too, and believes
/// only its own: both are the same code, so that they come to the same ends.
/// </remarks>
internal sealed class AuthenticationLedger
{
    private readonly List<AuthenticationStep> _steps = [];
    private AuthenticationChains.Progress _progress;
    private LoginPermissions _permissions = LoginPermissions.Everything;
    private int _messages;
    private int _requests;
    private int _failures;
    private int _queries;
    private bool _isComplete;

    /// <summary>Opens a ledger for a client that has not said who it is.</summary>
    /// <param name="options">What holds until it does.</param>
    /// <exception cref="InvalidOperationException">Nobody could pass what is asked for.</exception>
    public AuthenticationLedger(AuthenticationServerOptions options)
    {
        Options = options;
        _progress = options.Chains.Begin(options.Methods);
    }

    /// <summary>What holds now.</summary>
    public AuthenticationServerOptions Options { get; private set; }

    /// <summary>Whom the client says it is; null before it does.</summary>
    public string? UserName { get; private set; }

    /// <summary>The proofs that were accepted, in order.</summary>
    public IReadOnlyList<AuthenticationStep> Steps => _steps;

    /// <summary>RFC 4252 5.1: the methods "that may productively continue".</summary>
    public IEnumerable<string> CanContinue => _progress.CanContinue;

    /// <summary>True when the last password was right and has to be changed: so that a new one is due.</summary>
    public bool IsPasswordChangeDue { get; private set; }

    /// <summary>True when the client has failed as often as it may.</summary>
    public bool IsSpent => _failures > 0 && _failures >= Options.MaxTries;

    /// <summary>Who the client has proved to be.</summary>
    /// <exception cref="InvalidOperationException">It has not passed all that is asked for.</exception>
    public AuthenticatedUser User => _isComplete
        ? new AuthenticatedUser(UserName!, [.. _steps]) { Permissions = _permissions }
        : throw new InvalidOperationException("Nobody has logged in yet.");

    /// <summary>Enters whom the client says it is, which it can say once, and what holds for that user.</summary>
    /// <exception cref="SshException">No method is enabled by which the user could log in.</exception>
    /// <exception cref="ClientRefusedException">The user is not wanted from there.</exception>
    public void Name(string userName, AuthenticationServerOptions options)
    {
        if (UserName is not null) throw new InvalidOperationException("The user has been named already.");
        UserName = userName;
        if (options.Refusal is { } refusal) throw new ClientRefusedException(refusal);
        if (ReferenceEquals(options, Options)) return;
        Options = options;
        try
        {
            _progress = options.Chains.Begin(options.Methods);
        }
        catch (InvalidOperationException impossible)
        {
            throw new SshException("no authentication methods enabled", impossible);
        }
    }

    /// <summary>True when a method may be tried now.</summary>
    public bool Allows(string method) => _progress.Allows(method);

    /// <summary>Counts a message of any kind.</summary>
    /// <exception cref="SshViolationException">It is one too many.</exception>
    public void CountMessage()
    {
        if (IsSpent || ++_messages > Options.MaxRequests) throw TooMany();
    }

    /// <summary>Counts a request for authentication.</summary>
    /// <exception cref="SshViolationException">It is one too many.</exception>
    public void CountRequest()
    {
        CountMessage();
        _requests++;
    }

    /// <summary>Counts a query about a key that would do.</summary>
    /// <exception cref="SshViolationException">It is one too many.</exception>
    public void CountQuery()
    {
        if (++_queries > Math.Max(Options.MaxQueries, Options.MaxTries)) throw TooMany();
    }

    /// <summary>Enters the verdict on the request that was counted last, and says what it comes to with all that was entered before.</summary>
    /// <param name="method">The method's name in chains.</param>
    /// <param name="key">The key that signed, for the methods that have one.</param>
    /// <param name="verdict">What the policy says; a verdict on a query that would do is not entered.</param>
    public AttemptResult Enter(string method, PublicKey? key, AuthenticationVerdict verdict)
    {
        if (_isComplete) throw new InvalidOperationException("The user has logged in already.");
        if (verdict.EndsPasswords) _progress.Withdraw(MethodName.Password, MethodName.KeyboardInteractive);
        if (method == MethodName.Password) IsPasswordChangeDue = verdict.PasswordExpiry is not null;
        if (verdict.Permissions is { } permissions && _permissions.And(permissions) is { } left) return Accept(method, key, left);
        if (verdict.PasswordExpiry is not null && method == MethodName.Password) return AttemptResult.Postponed;

        // RFC 4252 5.2: clients ask by none which methods there are; as the first request it costs nothing.
        bool isFree = method == MethodName.None && _requests == 1;
        if (!isFree) _failures++;
        return AttemptResult.Rejected;
    }

    /// <summary>What a client that tries too much is told.</summary>
    public static SshViolationException TooMany() => new(Violation.TooManyAuthenticationAttempts, "Too many authentication failures");

    private AttemptResult Accept(string method, PublicKey? key, LoginPermissions left)
    {
        _permissions = left;
        _steps.Add(new AuthenticationStep(method, key));
        _isComplete = _progress.Advance(method);
        return _isComplete ? AttemptResult.Accepted : AttemptResult.Partial;
    }
}
