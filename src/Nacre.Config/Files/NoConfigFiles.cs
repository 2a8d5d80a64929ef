namespace Nacre.Config.Files;

/// <summary>No files at all, for a text that is to name none.</summary>
internal sealed class NoConfigFiles : IConfigFiles
{
    public static readonly NoConfigFiles Instance = new();

    private NoConfigFiles()
    {
    }

    public ConfigRead Read(string path, int maxBytes) => new(ConfigReadStatus.Missing);

    public IEnumerable<string> ListNames(string directory) => [];
}
