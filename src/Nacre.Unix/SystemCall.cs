using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>One system call as the kernel takes it, and afterwards what came of it.</summary>
internal struct SystemCall(nint number, nint first = 0, nint second = 0, nint third = 0, nint fourth = 0)
{
    public readonly nint Number = number;
    public readonly nint First = first;
    public readonly nint Second = second;
    public readonly nint Third = third;
    public readonly nint Fourth = fourth;

    /// <summary>True when the calls that follow are made even if this one fails.</summary>
    public bool MayFail { get; init; }

    /// <summary>What went wrong; none for a call that succeeded or was not made.</summary>
    public Errno Error { get; set; }

    // The numbers differ between x86-64 and the generic table that arm64 and riscv64 share.
    public static nint SetGroups => Choose(116, 159);

    public static nint SetResUid => Choose(117, 147);

    public static nint SetResGid => Choose(119, 149);

    public static nint Bind => Choose(49, 200);

    public static nint Connect => Choose(42, 203);

    public static nint UnlinkAt => Choose(263, 35);

    public static nint MakeDirectoryAt => Choose(258, 34);

    public static nint ChangeModeAt => Choose(268, 53);

    private static nint Choose(nint x64, nint generic) => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? x64 : generic;
}
