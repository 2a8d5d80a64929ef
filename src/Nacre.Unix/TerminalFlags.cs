namespace Nacre.Unix;

/// <summary>c_iflag, under the names of termios(3).</summary>
[Flags]
internal enum InputModes : uint
{
    IGNPAR = 0x4,
    PARMRK = 0x8,
    INPCK = 0x10,
    ISTRIP = 0x20,
    INLCR = 0x40,
    IGNCR = 0x80,
    ICRNL = 0x100,
    IUCLC = 0x200,
    IXON = 0x400,
    IXANY = 0x800,
    IXOFF = 0x1000,
    IMAXBEL = 0x2000,
    IUTF8 = 0x4000,
}

/// <summary>c_oflag, under the names of termios(3).</summary>
[Flags]
internal enum OutputModes : uint
{
    OPOST = 0x1,
    OLCUC = 0x2,
    ONLCR = 0x4,
    OCRNL = 0x8,
    ONOCR = 0x10,
    ONLRET = 0x20,
}

/// <summary>c_cflag, under the names of termios(3).</summary>
[Flags]
internal enum ControlModes : uint
{
    CS7 = 0x20,
    CS8 = 0x30,
    CSIZE = 0x30,
    PARENB = 0x100,
    PARODD = 0x200,
}

/// <summary>c_lflag, under the names of termios(3).</summary>
[Flags]
internal enum LocalModes : uint
{
    ISIG = 0x1,
    ICANON = 0x2,
    XCASE = 0x4,
    ECHO = 0x8,
    ECHOE = 0x10,
    ECHOK = 0x20,
    ECHONL = 0x40,
    NOFLSH = 0x80,
    TOSTOP = 0x100,
    ECHOCTL = 0x200,
    ECHOKE = 0x800,
    PENDIN = 0x4000,
    IEXTEN = 0x8000,
}

/// <summary>The places in c_cc, under the names of termios(3).</summary>
internal enum ControlCharacter
{
    VINTR = 0,
    VQUIT = 1,
    VERASE = 2,
    VKILL = 3,
    VEOF = 4,
    VTIME = 5,
    VMIN = 6,
    VSWTC = 7,
    VSTART = 8,
    VSTOP = 9,
    VSUSP = 10,
    VEOL = 11,
    VREPRINT = 12,
    VDISCARD = 13,
    VWERASE = 14,
    VLNEXT = 15,
    VEOL2 = 16,
}
