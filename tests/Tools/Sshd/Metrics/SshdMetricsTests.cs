using Nacre.Protocol.Authentication;
using Nacre.Server;
using Nacre.Tools.Sshd.Metrics;

namespace Nacre.Tests.Tools.Sshd.Metrics;

public sealed class SshdMetricsTests
{
    [Fact]
    public void Figures_have_the_text_form_to_the_letter()
    {
        var text = new MetricsText();
        text.Add("one_total", "counter", "A line\nwith \\.", 3);
        text.Begin("two", "gauge", "Labels.");
        text.Add("two", 0.5, ("a", "b\"c\\d\ne"), ("f", ""));
        var histogram = new Histogram(0.1, 1);
        histogram.Add(TimeSpan.FromMilliseconds(100));
        histogram.Add(TimeSpan.FromMilliseconds(101));
        histogram.Add(TimeSpan.FromSeconds(2));
        histogram.Write(text, "three_seconds", "Times.");

        Assert.Equal(
            """
            # HELP one_total A line\nwith \\.
            # TYPE one_total counter
            one_total 3
            # HELP two Labels.
            # TYPE two gauge
            two{a="b\"c\\d\ne",f=""} 0.5
            # HELP three_seconds Times.
            # TYPE three_seconds histogram
            three_seconds_bucket{le="0.1"} 1
            three_seconds_bucket{le="1"} 2
            three_seconds_bucket{le="+Inf"} 3
            three_seconds_sum 2.201
            three_seconds_count 3

            """.ReplaceLineEndings("\n"),
            text.ToString());
    }

    [Fact]
    public void A_connection_is_counted_from_its_first_moment_to_its_last()
    {
        var metrics = new SshdMetrics(TimeProvider.System);
        ConnectionMetrics one = metrics.Open();
        metrics.OnRefused();
        one.OnHandshake();
        one.OnHandshake();
        one.OnAttempt(MethodName.None, AttemptResult.Rejected);
        one.OnAttempt(MethodName.Password, AttemptResult.Rejected);
        one.OnAttempt(MethodName.PublicKey, AttemptResult.Accepted);
        Assert.Contains("\nnacre_sshd_open_connections 1\n", metrics.ToString(), StringComparison.Ordinal);
        one.OnEnded(new ConnectionTally(HasHandshake: true, Rekeys: 2, Channels: 3, BytesReceived: 4, BytesSent: 5));
        one.OnEnded(new ConnectionTally(HasHandshake: true, Rekeys: 2, Channels: 3, BytesReceived: 4, BytesSent: 5));

        string[] lines = metrics.ToString().Split('\n');
        string[] expected =
        [
            "nacre_sshd_connections_total 1", "nacre_sshd_refused_connections_total 1", "nacre_sshd_open_connections 0", "nacre_sshd_handshakes_total 1",
            "nacre_sshd_authentications_total{method=\"password\",outcome=\"failed\"} 1", "nacre_sshd_authentications_total{method=\"publickey\",outcome=\"accepted\"} 1",
            "nacre_sshd_login_duration_seconds_count 1", "nacre_sshd_connection_duration_seconds_count 1",
            "nacre_sshd_channels_total 3", "nacre_sshd_rekeys_total 2", "nacre_sshd_received_bytes_total 4", "nacre_sshd_sent_bytes_total 5",
        ];
        Assert.Empty(expected.Except(lines));
        Assert.Equal(2, lines.Count(line => line.StartsWith("nacre_sshd_authentications_total", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_methods_that_clients_make_up_are_one_figure()
    {
        var metrics = new SshdMetrics(TimeProvider.System);
        ConnectionMetrics one = metrics.Open();
        foreach (string method in (string[])["x", "y\"} 1\nz 9", "gssapi-with-mic"]) one.OnAttempt(method, AttemptResult.Rejected);
        Assert.Contains("\nnacre_sshd_authentications_total{method=\"other\",outcome=\"failed\"} 3\n", metrics.ToString(), StringComparison.Ordinal);
    }
}
