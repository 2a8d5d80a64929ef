using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Examples;

/// <summary>Lets in whoever has one key, whatever name they give.</summary>
internal sealed class OneKey : IAuthenticator
{
    private readonly PublicKey _key;

    /// <param name="line">The line of the .pub file.</param>
    public OneKey(string line) =>
        _key = PublicKeyLine.TryParse(line, out PublicKeyLine? parsed) ? parsed.Key : throw new FormatException("That is not a line of a .pub file.");

    public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(
        attempt is PublicKeyAttempt shown && shown.Key.Equals(_key) ? AuthenticationVerdict.Accept : AuthenticationVerdict.Reject);
}
