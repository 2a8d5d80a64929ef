namespace Nacre.Config.Files;

/// <summary>How the reading of a configuration file ended.</summary>
internal enum ConfigReadStatus
{
    Read,
    Missing,
    Denied,
    NotRegular,
    TooLarge,
}

/// <summary>A configuration file's text, or why there is none, and who may have written it.</summary>
/// <param name="Status">How the reading ended.</param>
/// <param name="Text">The text, empty unless the file was read.</param>
/// <param name="OwnerId">The owner's user id, or null where the file system tells none.</param>
/// <param name="Mode">The permission bits.</param>
internal readonly record struct ConfigRead(ConfigReadStatus Status, string Text = "", uint? OwnerId = null, UnixFileMode Mode = default);

/// <summary>The files that a configuration is read from; tests have them in memory.</summary>
internal interface IConfigFiles
{
    /// <summary>Reads one regular file of at most <paramref name="maxBytes"/> bytes; FIFOs and devices are refused without opening them.</summary>
    ConfigRead Read(string path, int maxBytes);

    /// <summary>The names in a directory, in any order; none when it cannot be listed.</summary>
    IEnumerable<string> ListNames(string directory);
}
