using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Tests.Config;
using Nacre.Tools.Sshd;

namespace Nacre.Tests.Tools.Sshd.Log;

public sealed class AttemptLogTests
{
    private const string Stranger = "no such user";

    [Fact]
    public void Every_attempt_is_a_line_that_its_readers_know()
    {
        PublicKey key = PrivateKey.GenerateEd25519().PublicKey;
        Assert.Equal([$"Accepted publickey for root from UNKNOWN port 65535 ssh2: ED25519 {key.Fingerprint}"], Of(LogLevel.Info, Attempt("root", MethodName.PublicKey, AttemptResult.Accepted, key)));
        Assert.Equal([$"Failed publickey for root from UNKNOWN port 65535 ssh2: ED25519 {key.Fingerprint}"], Of(LogLevel.Verbose, Attempt("root", MethodName.PublicKey, AttemptResult.Rejected, key)));
        Assert.Equal(["Postponed publickey for root from UNKNOWN port 65535 ssh2 [preauth]"], Of(LogLevel.Verbose, Attempt("root", MethodName.PublicKey, AttemptResult.Postponed, key)));
    }

    [Fact]
    public void The_keys_of_a_known_user_are_routine() =>
        Assert.Empty(Of(LogLevel.Info, Attempt("root", MethodName.PublicKey, AttemptResult.Rejected, PrivateKey.GenerateEd25519().PublicKey)));

    [Fact]
    public void Who_is_not_known_is_said_once_and_their_keys_are_not()
    {
        AttemptReport key = Attempt(Stranger, MethodName.PublicKey, AttemptResult.Rejected, PrivateKey.GenerateEd25519().PublicKey);
        Assert.Equal([$"Invalid user {Stranger} from UNKNOWN port 65535"], Of(LogLevel.Verbose, Attempt(Stranger, MethodName.None, AttemptResult.Rejected), key, key));
    }

    [Fact]
    public void Whose_time_is_up_is_told_without_a_name() =>
        Assert.Equal(["Timeout before authentication for UNKNOWN port 65535"], Of(LogLevel.Info, new AttemptReport("", "", AttemptResult.Rejected, null, new TimeoutException("Timeout before authentication"))));

    private static AttemptReport Attempt(string user, string method, AttemptResult result, PublicKey? key = null) => new(user, method, result, key, null);

    private static string[] Of(LogLevel level, params AttemptReport[] reports)
    {
        using var written = new StringWriter();
        using SshdLog log = SshdLog.To(level, written);
        var attempts = new AttemptLog(ClientConnection.OnPipes(ConfigBed.GoodServer("")), log);
        foreach (AttemptReport report in reports) attempts.Report(report);
        return written.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
