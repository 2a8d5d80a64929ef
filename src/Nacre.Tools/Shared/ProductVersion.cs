using System.Runtime.InteropServices;
using Nacre.Client;

namespace Nacre.Tools.Shared;

/// <summary>What the tools say of themselves.</summary>
internal static class ProductVersion
{
    /// <summary>What follows SSH-2.0- in the identification.</summary>
    public const string Identification = SshClientOptions.DefaultVersion;

    /// <summary>The line of -V: the program and the runtime.</summary>
    public static string Line => $"{Identification}, {RuntimeInformation.FrameworkDescription}";
}
