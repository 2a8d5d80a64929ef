using System.Buffers.Binary;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>The terminal of a session: whether there is to be one, and what the server is told of it.</summary>
internal static class SessionTerminal
{
    private const string TypeVariable = "TERM";

    /// <summary>Whether there is to be a terminal. A subsystem speaks a protocol, which a terminal would spoil.</summary>
    public static bool IsWanted(ClientConfig config, string command, ErrorTrace trace)
    {
        if (config.SessionType == SessionChoice.Subsystem || config.RequestTTY == TtyChoice.No || (config.RequestTTY == TtyChoice.Auto && command.Length > 0)) return false;
        if (config.RequestTTY == TtyChoice.Force || (Descriptors.IsTerminal(0) && !config.StdinNull)) return true;
        trace.Say("Pseudo-terminal will not be allocated because stdin is not a terminal.");
        return false;
    }

    /// <summary>The type of the terminal here, as the configuration or the environment says.</summary>
    public static string TypeHere(ClientConfig config)
    {
        string? named = config.SetEnv.FirstOrDefault(static setting => setting.Name == TypeVariable).Value;
        return named is { Length: > 0 } ? named : Environment.GetEnvironmentVariable(TypeVariable) ?? "";
    }

    /// <summary>Describes the terminal that a descriptor is; one that is none has no size and no modes.</summary>
    public static TerminalRequest Describe(int descriptor, string type)
    {
        TerminalSize size = TerminalSize.TryOf(descriptor, out TerminalSize here) ? here : default;
        return new TerminalRequest(type, (int)size.Columns, (int)size.Rows)
        {
            WidthPixels = (int)size.PixelWidth,
            HeightPixels = (int)size.PixelHeight,
            Modes = EncodeModes(descriptor),
        };
    }

    // RFC 4254 8: an opcode and a uint32 each, and opcode 0 at the end.
    private static byte[] EncodeModes(int descriptor)
    {
        if (!Termios.TryOf(descriptor, out Termios modes)) return [0];
        (byte Opcode, uint Value)[] pairs = TerminalModes.Encode(modes);
        byte[] encoded = new byte[(pairs.Length * 5) + 1];
        for (int i = 0; i < pairs.Length; i++)
        {
            encoded[i * 5] = pairs[i].Opcode;
            BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan((i * 5) + 1), pairs[i].Value);
        }

        return encoded;
    }
}
