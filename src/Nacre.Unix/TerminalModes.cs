namespace Nacre.Unix;

/// <summary>The encoded terminal modes of RFC 4254 section 8: one row for each opcode that Linux has a place for.</summary>
/// <remarks>
/// Pure data: the client reads its terminal into pairs, the server applies pairs to a new pseudo-terminal. Opcodes that have no
/// row (VDSUSP, VFLUSH, VSTATUS, and whatever comes later) are ignored, as the section asks.
/// </remarks>
internal static class TerminalModes
{
    /// <summary>TTY_OP_ISPEED.</summary>
    public const byte InputSpeed = 128;

    /// <summary>TTY_OP_OSPEED.</summary>
    public const byte OutputSpeed = 129;

    // RFC 4254 8: "if there is no control character [...] 255 if none"
    private const uint NoCharacter = 255;

    private static readonly Mode[] Rows =
    [
        new(1, ControlCharacter.VINTR),
        new(2, ControlCharacter.VQUIT),
        new(3, ControlCharacter.VERASE),
        new(4, ControlCharacter.VKILL),
        new(5, ControlCharacter.VEOF),
        new(6, ControlCharacter.VEOL),
        new(7, ControlCharacter.VEOL2),
        new(8, ControlCharacter.VSTART),
        new(9, ControlCharacter.VSTOP),
        new(10, ControlCharacter.VSUSP),
        new(12, ControlCharacter.VREPRINT),
        new(13, ControlCharacter.VWERASE),
        new(14, ControlCharacter.VLNEXT),
        new(16, ControlCharacter.VSWTC),
        new(18, ControlCharacter.VDISCARD),
        new(30, InputModes.IGNPAR),
        new(31, InputModes.PARMRK),
        new(32, InputModes.INPCK),
        new(33, InputModes.ISTRIP),
        new(34, InputModes.INLCR),
        new(35, InputModes.IGNCR),
        new(36, InputModes.ICRNL),
        new(37, InputModes.IUCLC),
        new(38, InputModes.IXON),
        new(39, InputModes.IXANY),
        new(40, InputModes.IXOFF),
        new(41, InputModes.IMAXBEL),
        new(42, InputModes.IUTF8), // RFC 8160
        new(50, LocalModes.ISIG),
        new(51, LocalModes.ICANON),
        new(52, LocalModes.XCASE),
        new(53, LocalModes.ECHO),
        new(54, LocalModes.ECHOE),
        new(55, LocalModes.ECHOK),
        new(56, LocalModes.ECHONL),
        new(57, LocalModes.NOFLSH),
        new(58, LocalModes.TOSTOP),
        new(59, LocalModes.IEXTEN),
        new(60, LocalModes.ECHOCTL),
        new(61, LocalModes.ECHOKE),
        new(62, LocalModes.PENDIN),
        new(70, OutputModes.OPOST),
        new(71, OutputModes.OLCUC),
        new(72, OutputModes.ONLCR),
        new(73, OutputModes.OCRNL),
        new(74, OutputModes.ONOCR),
        new(75, OutputModes.ONLRET),
        new(90, ControlModes.CS7, ControlModes.CSIZE),
        new(91, ControlModes.CS8, ControlModes.CSIZE),
        new(92, ControlModes.PARENB, ControlModes.PARENB),
        new(93, ControlModes.PARODD, ControlModes.PARODD),
    ];

    private enum Place
    {
        Character,
        Input,
        Local,
        Output,
        Control,
    }

    /// <summary>Every opcode that is encoded, in the order in which it is: the speeds first, as OpenSSH sends them.</summary>
    public static IEnumerable<byte> Opcodes => [OutputSpeed, InputSpeed, .. Rows.Select(row => row.Opcode)];

    /// <summary>The modes as opcodes and values.</summary>
    public static (byte Opcode, uint Value)[] Encode(in Termios modes)
    {
        var pairs = new (byte, uint)[Rows.Length + 2];
        pairs[0] = (OutputSpeed, modes.OutputSpeed);
        pairs[1] = (InputSpeed, modes.InputSpeed);
        for (int i = 0; i < Rows.Length; i++)
            pairs[i + 2] = (Rows[i].Opcode, Rows[i].Read(modes));
        return pairs;
    }

    /// <summary>Changes the modes by one opcode and its value; false when the opcode has no place on Linux.</summary>
    public static bool TryApply(byte opcode, uint value, ref Termios modes)
    {
        // A terminal has one speed here: the output speed is what programs ask for.
        if (opcode == OutputSpeed)
            modes.SetSpeed(value);
        if (opcode is OutputSpeed or InputSpeed)
            return true;

        foreach (Mode row in Rows)
        {
            if (row.Opcode == opcode)
            {
                row.Write(value, ref modes);
                return true;
            }
        }
        return false;
    }

    private readonly struct Mode
    {
        private readonly Place place;
        private readonly uint bits;
        private readonly uint mask;

        public Mode(byte opcode, ControlCharacter character)
            : this(opcode, Place.Character, (uint)character, 0)
        {
        }

        public Mode(byte opcode, InputModes flag)
            : this(opcode, Place.Input, (uint)flag, (uint)flag)
        {
        }

        public Mode(byte opcode, LocalModes flag)
            : this(opcode, Place.Local, (uint)flag, (uint)flag)
        {
        }

        public Mode(byte opcode, OutputModes flag)
            : this(opcode, Place.Output, (uint)flag, (uint)flag)
        {
        }

        public Mode(byte opcode, ControlModes value, ControlModes mask)
            : this(opcode, Place.Control, (uint)value, (uint)mask)
        {
        }

        private Mode(byte opcode, Place place, uint bits, uint mask)
        {
            Opcode = opcode;
            this.place = place;
            this.bits = bits;
            this.mask = mask;
        }

        public byte Opcode { get; }

        public uint Read(in Termios modes)
        {
            if (place != Place.Character)
                return (Word(modes) & mask) == bits ? 1u : 0u;
            byte character = modes.Characters[(int)bits];
            return character == Termios.DisabledCharacter ? NoCharacter : character;
        }

        public void Write(uint value, ref Termios modes)
        {
            switch (place)
            {
                case Place.Character:
                    modes.Characters[(int)bits] = value >= NoCharacter ? Termios.DisabledCharacter : (byte)value;
                    break;
                case Place.Input:
                    modes.Input = (InputModes)Set(modes, value);
                    break;
                case Place.Local:
                    modes.Local = (LocalModes)Set(modes, value);
                    break;
                case Place.Output:
                    modes.Output = (OutputModes)Set(modes, value);
                    break;
                case Place.Control:
                    modes.Control = (ControlModes)Set(modes, value);
                    break;
            }
        }

        private uint Word(in Termios modes) => place switch
        {
            Place.Input => (uint)modes.Input,
            Place.Local => (uint)modes.Local,
            Place.Output => (uint)modes.Output,
            _ => (uint)modes.Control,
        };

        /// <summary>Zero clears a flag; for a character size, which is no flag but a choice, it says nothing.</summary>
        private uint Set(in Termios modes, uint value)
        {
            uint word = Word(modes);
            if (value != 0)
                return (word & ~mask) | bits;
            return bits == mask && mask != (uint)ControlModes.CSIZE ? word & ~mask : word;
        }
    }
}
