using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>The modes of a terminal: the kernel's struct termios2, whose speeds are bits per second.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Termios
{
    /// <summary>What stands in a control character that is switched off (_POSIX_VDISABLE).</summary>
    public const byte DisabledCharacter = 0;

    private const uint SpeedMask = 0x100f;
    private const uint SpeedByNumber = 0x1000;
    private const uint InputSpeedMask = SpeedMask << 16;

    public InputModes Input;
    public OutputModes Output;
    public ControlModes Control;
    public LocalModes Local;
    private readonly byte line;
    public ControlCharacters Characters;
    private uint inputSpeed;
    private uint outputSpeed;

    /// <summary>When new modes take effect.</summary>
    public enum When
    {
        Now,

        /// <summary>After what was written has been sent (TCSADRAIN).</summary>
        Drained,

        /// <summary>The same, and what was typed and not read is thrown away (TCSAFLUSH).</summary>
        Flushed,
    }

    /// <summary>Bits per second towards the terminal.</summary>
    public readonly uint OutputSpeed => outputSpeed;

    /// <summary>Bits per second from the terminal.</summary>
    public readonly uint InputSpeed => (Control & (ControlModes)InputSpeedMask) == 0 ? outputSpeed : inputSpeed;

    /// <summary>The modes of a terminal, or of the terminal of a pseudo-terminal's master.</summary>
    public static Termios Of(int descriptor) =>
        TryOf(descriptor, out Termios modes) ? modes : throw UnixException.FromLast("read the modes of the terminal");

    /// <summary>The modes of a terminal; false when the descriptor is none.</summary>
    public static unsafe bool TryOf(int descriptor, out Termios modes)
    {
        Termios found = default;
        bool isTerminal = Libc.ioctl(descriptor, Libc.TCGETS2, &found) == 0;
        modes = found;
        return isTerminal;
    }

    /// <summary>Sets the modes of a terminal.</summary>
    public readonly void Apply(int descriptor, When when)
    {
        if (!TryApply(descriptor, when))
            throw UnixException.FromLast("set the modes of the terminal");
    }

    /// <summary>Sets the modes of a terminal; false, with the reason in <see cref="Libc.LastErrno"/>, when it has gone.</summary>
    public readonly unsafe bool TryApply(int descriptor, When when)
    {
        nuint request = when switch
        {
            When.Drained => Libc.TCSETSW2,
            When.Flushed => Libc.TCSETSF2,
            _ => Libc.TCSETS2,
        };
        Termios modes = this;
        int result;
        do
        {
            result = Libc.ioctl(descriptor, request, &modes);
        }
        while (result == -1 && Libc.LastErrno == Errno.EINTR);
        return result == 0;
    }

    /// <summary>Sets the speed in both directions, by its standard code where it has one, so that old programs can read it back.</summary>
    public void SetSpeed(uint bitsPerSecond)
    {
        uint code = CodeOf(bitsPerSecond);
        // No bits in the place of the input speed: it follows the output speed.
        Control = (ControlModes)(((uint)Control & ~(SpeedMask | InputSpeedMask)) | code);
        outputSpeed = bitsPerSecond;
        inputSpeed = bitsPerSecond;
    }

    private static uint CodeOf(uint bitsPerSecond) => bitsPerSecond switch
    {
        0 => 0,
        50 => 1,
        75 => 2,
        110 => 3,
        134 => 4,
        150 => 5,
        200 => 6,
        300 => 7,
        600 => 8,
        1200 => 9,
        1800 => 10,
        2400 => 11,
        4800 => 12,
        9600 => 13,
        19200 => 14,
        38400 => 15,
        57600 => 0x1001,
        115200 => 0x1002,
        230400 => 0x1003,
        460800 => 0x1004,
        500000 => 0x1005,
        576000 => 0x1006,
        921600 => 0x1007,
        1000000 => 0x1008,
        1152000 => 0x1009,
        1500000 => 0x100a,
        2000000 => 0x100b,
        2500000 => 0x100c,
        3000000 => 0x100d,
        3500000 => 0x100e,
        4000000 => 0x100f,
        _ => SpeedByNumber,
    };

    /// <summary>c_cc, indexed by <see cref="ControlCharacter"/>.</summary>
    [InlineArray(19)]
    internal struct ControlCharacters
    {
        private byte first;
    }
}
