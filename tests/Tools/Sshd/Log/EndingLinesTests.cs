using System.Net.Sockets;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Log;

namespace Nacre.Tests.Tools.Sshd.Log;

public sealed class EndingLinesTests
{
    private const string Place = "192.0.2.7 port 4711";

    [Fact]
    public void Whoever_leaves_before_the_login_is_told_apart_by_what_is_known_of_them()
    {
        var lost = new SshViolationException(Violation.ConnectionLost, "Connection closed by the peer.");
        Assert.Equal(["kex_exchange_identification: Connection closed by remote host", $"Connection closed by {Place}"], Of(lost, null, hasIdentified: false));
        Assert.Equal([$"Connection closed by {Place} [preauth]"], Of(lost, null));
        Assert.Equal([$"Connection closed by authenticating user alice {Place} [preauth]"], Of(lost, "alice"));
        Assert.Equal([$"Connection closed by invalid user nobody {Place} [preauth]"], Of(lost, "nobody", isValid: false));
        Assert.Equal([$"Connection closed by user alice {Place}"], Of(lost, "alice", isLoggedIn: true));
    }

    [Fact]
    public void A_connection_that_was_reset_is_no_closed_one()
    {
        var reset = new SshViolationException(Violation.ConnectionLost, "lost", new IOException("reset", new SocketException((int)SocketError.ConnectionReset)));
        Assert.Equal([$"Connection reset by authenticating user alice {Place} [preauth]"], Of(reset, "alice"));
    }

    [Fact]
    public void Leaving_as_agreed_is_no_error_and_any_other_word_is()
    {
        LogLine[] agreed = [.. Lines(new SshDisconnectedException(11, "disconnected by user"), "alice", isLoggedIn: true)];
        LogLine[] other = [.. Lines(new SshDisconnectedException(14, "No supported authentication methods available"), "alice")];

        Assert.Equal([new(LogLevel.Info, $"Received disconnect from {Place}:11: disconnected by user"), new(LogLevel.Info, $"Disconnected from user alice {Place}")], agreed);
        Assert.Equal(new(LogLevel.Error, $"Received disconnect from {Place}:14: No supported authentication methods available [preauth]"), other[0]);
        Assert.Equal(new(LogLevel.Info, $"Disconnected from authenticating user alice {Place} [preauth]"), other[1]);
    }

    [Fact]
    public void Too_many_attempts_are_an_error_that_names_who_made_them()
    {
        LogLine[] lines = [.. Lines(new SshViolationException(Violation.TooManyAuthenticationAttempts, "Too many authentication failures"), "nobody", isValid: false)];
        Assert.Equal(new(LogLevel.Error, $"maximum authentication attempts exceeded for invalid user nobody from {Place} ssh2 [preauth]"), lines[0]);
        Assert.Equal(new(LogLevel.Info, $"Disconnecting invalid user nobody {Place}: Too many authentication failures [preauth]"), lines[1]);
    }

    [Theory]
    [InlineData(Violation.BadIdentification, false, $"banner exchange: Connection from {Place}: invalid format")]
    [InlineData(Violation.MacMismatch, true, $"ssh_dispatch_run_fatal: Connection from authenticating user alice {Place}: message authentication code incorrect [preauth]")]
    [InlineData(Violation.PeerSilent, true, $"Timeout, client not responding from authenticating user alice {Place}")]
    [InlineData(Violation.UnexpectedMessage, true, $"ssh_dispatch_run_fatal: Connection from authenticating user alice {Place}: what went wrong [preauth]")]
    public void What_breaks_the_protocol_is_said_in_one_line(Violation violation, bool hasIdentified, string line) =>
        Assert.Equal([line], Of(new SshViolationException(violation, "what went wrong"), "alice", hasIdentified: hasIdentified));

    [Fact]
    public void An_end_that_the_server_made_has_been_told() => Assert.Empty(Of(null, "alice"));

    [Theory]
    [InlineData(Violation.ConnectionLost)]
    [InlineData(Violation.TooManyAuthenticationAttempts)]
    [InlineData(Violation.MacMismatch)]
    [InlineData(Violation.PeerSilent)]
    public void A_name_that_looks_like_a_line_deceives_no_reader(Violation violation)
    {
        foreach (string name in (string[])["x from 198.51.100.1 port 1 ssh2", "x 198.51.100.1 port 1 [preauth]", "x 198.51.100.1 port 1: y", "a\nAccepted password for root from 198.51.100.1 port 1 ssh2", ""])
        {
            foreach (string line in Of(new SshViolationException(violation, "what went wrong"), name, isValid: false))
            {
                Assert.DoesNotContain('\n', line);
                Assert.Equal("192.0.2.7", LogReader.Read(line)?.Host);
                Assert.Equal(name.Replace("\n", "\\012", StringComparison.Ordinal), LogReader.Read(line)?.User);
            }
        }
    }

    private static string[] Of(Exception? error, string? user, bool isValid = true, bool isLoggedIn = false, bool hasIdentified = true) =>
        [.. Lines(error, user, isValid, isLoggedIn, hasIdentified).Select(line => line.Text)];

    private static IEnumerable<LogLine> Lines(Exception? error, string? user, bool isValid = true, bool isLoggedIn = false, bool hasIdentified = true) =>
        new EndingLines(Place, user, isValid, isLoggedIn, hasIdentified).For(error);
}
