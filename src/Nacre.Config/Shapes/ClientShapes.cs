using System.Globalization;
using Nacre.Config.Values;

namespace Nacre.Config.Shapes;

/// <summary>Whether keys go to the agent: a choice, a lifetime, or confirm and a lifetime.</summary>
internal sealed class AddKeysShape : ValueShape<AddKeys>
{
    private static readonly ChoiceShape<AddKeysChoice> Words = new(("true", AddKeysChoice.Yes), ("false", AddKeysChoice.No),
        ("yes", AddKeysChoice.Yes), ("no", AddKeysChoice.No), ("ask", AddKeysChoice.Ask), ("confirm", AddKeysChoice.Confirm));

    public override string Syntax => "yes | no | ask | confirm [time] | time";

    public override bool TryRead(ArgumentReader arguments, out AddKeys value)
    {
        value = default;
        string? word = arguments.Next();
        string? second = arguments.Next();
        if (word is not { Length: > 0 })
        {
            arguments.Fail("missing argument.");
            return arguments.Fail("unsupported option");
        }

        TimeSpan lifetime = default;
        bool isWord = Words.TryFind(word, out AddKeysChoice choice);
        if (choice == AddKeysChoice.Confirm && second is not null && !Quantity.TryParseTime(second, out lifetime))
            return arguments.Fail("invalid time value.");
        if (!isWord && second is null && Quantity.TryParseTime(word, out lifetime))
            (isWord, choice) = (true, AddKeysChoice.Yes);
        value = new AddKeys(choice, lifetime);
        return (isWord && (second is null || choice == AddKeysChoice.Confirm)) || arguments.Fail("unsupported option");
    }

    public override IEnumerable<string> Print(AddKeys value)
    {
        if (value.Lifetime == default)
            return Words.Print(value.Choice);
        string seconds = ((long)value.Lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return [value.Choice == AddKeysChoice.Confirm ? $"confirm {seconds}" : seconds];
    }
}

/// <summary>Whether a master stays: yes, no, or for how long.</summary>
internal sealed class ControlPersistShape : ValueShape<ControlPersistence>
{
    public override string Syntax => "yes | no | time";

    public override bool TryRead(ArgumentReader arguments, out ControlPersistence value)
    {
        value = default;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail("Missing ControlPersist argument.");
        if (word is "no" or "false")
            return true;
        TimeSpan timeout = default;
        if (word is not ("yes" or "true") && !Quantity.TryParseTime(word, out timeout))
            return arguments.Fail("Bad ControlPersist argument.");
        value = new ControlPersistence(true, timeout);
        return true;
    }

    public override IEnumerable<string> Print(ControlPersistence value) =>
        [!value.IsOn ? "no" : value.Timeout == default ? "yes" : ((long)value.Timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)];
}

/// <summary>Whether an agent is forwarded: yes, no, or the path or the variable of its socket.</summary>
internal sealed class AgentForwardingShape : ValueShape<AgentForwarding>
{
    public override string Syntax => "yes | no | path | $NAME";

    public override bool TryRead(ArgumentReader arguments, out AgentForwarding value)
    {
        value = default;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail("missing argument.");
        value = word.ToLowerInvariant() switch
        {
            "yes" or "true" => new AgentForwarding(true),
            "no" or "false" => new AgentForwarding(false),
            _ => new AgentForwarding(true, word),
        };
        return true;
    }

    public override IEnumerable<string> Print(AgentForwarding value) => [value.Path ?? (value.IsOn ? "yes" : "no")];

    public override AgentForwarding Expand(AgentForwarding value, Func<string, TokenRules, string> expand, TokenRules rules) =>
        value.Path is { } path ? value with { Path = expand(path, rules) } : value;
}

/// <summary>The numbers of the tun devices at both ends.</summary>
internal sealed class TunnelDeviceShape : ValueShape<TunnelDevices>
{
    /// <summary>The greatest number of a device; the two above it mean "any" and "none" where OpenSSH speaks of devices.</summary>
    public const int MaxDevice = int.MaxValue - 2;

    public override string Syntax => "local[:remote], each a number or any";

    public override bool TryRead(ArgumentReader arguments, out TunnelDevices value)
    {
        value = default;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail("Missing argument.");
        return TryParse(word, out value) || arguments.Fail("Bad tun device.");
    }

    /// <summary>Parses an argument of -w.</summary>
    public static bool TryParse(string word, out TunnelDevices value)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        int? remote = null;
        bool isGood = TryParseOne(colon < 0 ? word : word[..colon], out int? local)
            && (colon < 0 || TryParseOne(word[(colon + 1)..], out remote));
        value = new TunnelDevices(local, remote);
        return isGood;
    }

    public override IEnumerable<string> Print(TunnelDevices value) => [$"{Text(value.Local)}:{Text(value.Remote)}"];

    private static bool TryParseOne(string word, out int? device)
    {
        device = null;
        if (word.Equals("any", StringComparison.OrdinalIgnoreCase))
            return true;
        bool isGood = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MaxDevice;
        device = isGood ? number : null;
        return isGood;
    }

    private static string Text(int? device) => device?.ToString(CultureInfo.InvariantCulture) ?? "any";
}

/// <summary>How often keystrokes are sent, so that their rhythm is hidden: yes, no or interval:milliseconds.</summary>
internal sealed class KeystrokeTimingShape : ValueShape<TimeSpan?>
{
    /// <summary>The interval of "yes".</summary>
    public const int DefaultMs = 20;

    /// <summary>The longest interval.</summary>
    public const int MaxMs = 1000;

    private const string Prefix = "interval:";

    public override string Syntax => "yes | no | interval:milliseconds";

    public override bool TryRead(ArgumentReader arguments, out TimeSpan? value)
    {
        value = null;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail("Missing argument.");
        int interval = word switch { "yes" or "true" => DefaultMs, "no" or "false" => 0, _ => -1 };
        if (interval < 0 && !word.StartsWith(Prefix, StringComparison.Ordinal))
            return arguments.Fail($"Bad {arguments.Keyword} argument: {word}; it must be yes, no or {Prefix}milliseconds.");
        if (interval < 0 && !(int.TryParse(word.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out interval) && interval is >= 1 and <= MaxMs))
            return arguments.Fail($"Bad {arguments.Keyword} interval: {word}; it must be from 1 to {MaxMs} milliseconds.");
        value = TimeSpan.FromMilliseconds(interval);
        return true;
    }

    public override IEnumerable<string> Print(TimeSpan? value)
    {
        int interval = (int)(value ?? default).TotalMilliseconds;
        return [interval switch { 0 => "no", DefaultMs => "yes", _ => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{interval}") }];
    }
}

/// <summary>The permissions that a Unix socket is not to have, in octal.</summary>
internal sealed class FileModeMaskShape : ValueShape<UnixFileMode>
{
    private const int Most = 0x1ff;

    public override string Syntax => "octal mask";

    public override bool TryRead(ArgumentReader arguments, out UnixFileMode value)
    {
        value = default;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail(arguments.Role == ConfigRole.Client ? "Missing StreamLocalBindMask argument." : $"missing {arguments.Keyword} argument.");
        int mask = 0;
        foreach (char c in word)
        {
            if (c is < '0' or > '7' || (mask = (mask * 8) + (c - '0')) > Most)
                return arguments.Fail(arguments.Role == ConfigRole.Client ? "Bad mask." : $"Invalid {arguments.Keyword}.");
        }

        value = (UnixFileMode)mask;
        return true;
    }

    public override IEnumerable<string> Print(UnixFileMode value) => ["0" + Convert.ToString((int)value, 8)];
}
