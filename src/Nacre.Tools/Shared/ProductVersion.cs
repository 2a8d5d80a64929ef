using System.Runtime.InteropServices;

namespace Nacre.Tools.Shared;

/// <summary>What the tools say of themselves.</summary>
internal static class ProductVersion
{
    /// <summary>What follows SSH-2.0- in the identification; it tells nothing of the machine (H-08).</summary>
    public const string Identification = "Nacre_0.1";

    /// <summary>The line of -V: the program and the runtime.</summary>
    public static string Line => $"{Identification}, {RuntimeInformation.FrameworkDescription}";
}
