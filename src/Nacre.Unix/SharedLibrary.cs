using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>Loads somebody's shared library into this process. It is anybody's code: only a process that has nothing else to lose does so.</summary>
internal static class SharedLibrary
{
    /// <summary>Loads it; zero where it is none, and why in the loader's words.</summary>
    public static nint Load(string path, out string fault)
    {
        if (path.Length == 0)
        {
            fault = "no file is named";
            return 0;
        }

        try
        {
            fault = "";
            return NativeLibrary.Load(path);
        }
        catch (Exception refused) when (refused is DllNotFoundException or BadImageFormatException)
        {
            // The runtime has advice first, and the loader's own words last.
            fault = refused.Message.TrimEnd().Split('\n')[^1];
            return 0;
        }
    }
}
