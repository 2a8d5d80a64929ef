using System.Globalization;

namespace Nacre.Config.Values;

/// <summary>One end of a forwarding: a host and port, or the path of a Unix socket.</summary>
/// <param name="Host">The host; null where none was given, which leaves it to GatewayPorts.</param>
/// <param name="Port">The port; 0 lets the listening side choose.</param>
/// <param name="Path">The socket's path, in place of host and port.</param>
internal sealed record ForwardEnd(string? Host, int Port, string? Path)
{
    /// <summary>sizeof(sun_path), with the NUL that ends the path.</summary>
    public const int MaxPath = 108;

    /// <summary>The longest host name (NI_MAXHOST), with its NUL.</summary>
    public const int MaxHost = 1025;

    public bool IsInRange => (Host is null || Host.Length < MaxHost) && (Path is null || Path.Length < MaxPath);

    public override string ToString() => Path is not null ? Path
        : Host is not null ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : Port.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// A forwarding as -L, -R, -D and the keywords write it: <c>[bind_address:]port:host:hostport</c>, with a path in place of
/// either end for Unix sockets.
/// </summary>
/// <param name="Listen">Where connections are accepted.</param>
/// <param name="Connect">Where they are carried; null lets each connection say so itself (SOCKS).</param>
internal sealed record Forward(ForwardEnd Listen, ForwardEnd? Connect)
{
    /// <summary>Parses an argument of -L.</summary>
    public static bool TryParseLocal(string text, out Forward? forward) =>
        TryParse(text, isRemote: false, out forward) && forward!.Connect is not null;

    /// <summary>Parses an argument of -R; without a destination the client acts as a SOCKS server for the remote side.</summary>
    public static bool TryParseRemote(string text, out Forward? forward) => TryParse(text, isRemote: true, out forward);

    /// <summary>Parses an argument of -D.</summary>
    public static bool TryParseDynamic(string text, out Forward? forward) =>
        TryParse(text, isRemote: false, out forward) && forward!.Connect is null;

    private static bool TryParse(string text, bool isRemote, out Forward? forward)
    {
        forward = null;
        var rest = text.AsSpan().TrimStart();
        List<(string Text, bool IsPath)> fields = [];
        while (fields.Count < 4 && !rest.IsEmpty)
        {
            if (!TryTakeField(ref rest, out var field))
                return false;
            fields.Add(field);
        }

        if (!rest.IsEmpty || !TryAssemble(fields, out forward) || !forward!.Listen.IsInRange || forward.Connect is { IsInRange: false })
            return false;
        bool isGoodTarget = forward.Connect is null || forward.Connect.Path is not null || forward.Connect.Port > 0;
        bool isGoodListener = forward.Listen.Path is not null || forward.Listen.Port > 0 || isRemote;
        return isGoodTarget && isGoodListener;
    }

    private static bool TryAssemble(List<(string Text, bool IsPath)> f, out Forward? forward)
    {
        ForwardEnd? listen, connect = null;
        bool isGood;
        switch (f.Count)
        {
            case 1:
                isGood = TryListener(null, f[0], out listen);
                break;
            case 2 when f[1].IsPath:
                isGood = TryListener(null, f[0], out listen);
                connect = new ForwardEnd(null, 0, f[1].Text);
                break;
            case 2:
                isGood = TryListener(f[0].Text, f[1], out listen);
                break;
            case 3 when f[2].IsPath && !f[0].IsPath:
                isGood = TryListener(f[0].Text, f[1], out listen);
                connect = new ForwardEnd(null, 0, f[2].Text);
                break;
            case 3:
                isGood = TryListener(null, f[0], out listen) & TryListener(f[1].Text, f[2], out connect);
                break;
            case 4:
                isGood = TryListener(f[0].Text, f[1], out listen) & TryListener(f[2].Text, f[3], out connect);
                break;
            default:
                forward = null;
                return false;
        }

        forward = isGood ? new Forward(listen!, connect) : null;
        return isGood;
    }

    private static bool TryListener(string? host, (string Text, bool IsPath) portOrPath, out ForwardEnd? end)
    {
        end = null;
        if (host is null && portOrPath.IsPath)
            end = new ForwardEnd(null, 0, portOrPath.Text);
        else if (PortNumber.TryParse(portOrPath.Text, out int port))
            end = new ForwardEnd(host, port, null);
        return end is not null;
    }

    // A field ends at a colon. In brackets it may hold colons, a backslash takes the next character as it is, and a slash
    // makes it a path.
    private static bool TryTakeField(ref ReadOnlySpan<char> rest, out (string Text, bool IsPath) field)
    {
        field = default;
        if (rest[0] == '[')
        {
            int close = rest.IndexOf(']');
            if (close < 0 || (close + 1 < rest.Length && rest[close + 1] != ':'))
                return false;
            field = (rest[1..close].ToString(), rest[1..close].Contains('/'));
            rest = close + 1 < rest.Length ? rest[(close + 2)..] : [];
            return true;
        }

        var text = new System.Text.StringBuilder();
        bool isPath = false;
        int i = 0;
        for (; i < rest.Length && rest[i] != ':'; i++)
        {
            bool isTakenAsIs = rest[i] == '\\';
            if (isTakenAsIs && ++i >= rest.Length)
                return false;
            isPath |= rest[i] == '/' && !isTakenAsIs;
            text.Append(rest[i]);
        }

        field = (text.ToString(), isPath);
        rest = i < rest.Length ? rest[(i + 1)..] : [];
        return true;
    }

    /// <summary>The form of the dump.</summary>
    public override string ToString() => $"{Listen} {(Connect is null ? "[socks]:0" : Connect.ToString())}";
}
