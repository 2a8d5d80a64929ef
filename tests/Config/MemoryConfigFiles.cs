using Nacre.Config.Files;

namespace Nacre.Tests.Config;

/// <summary>Configuration files in memory, each with the status that reading it has.</summary>
internal sealed class MemoryConfigFiles : IConfigFiles
{
    private readonly Dictionary<string, ConfigRead> files = [];

    public string this[string path]
    {
        set => files[path] = new ConfigRead(ConfigReadStatus.Read, value);
    }

    public void Put(string path, ConfigRead read) => files[path] = read;

    public ConfigRead Read(string path, int maxBytes)
    {
        if (!files.TryGetValue(path, out ConfigRead read))
            return new ConfigRead(ConfigReadStatus.Missing);
        return read.Text.Length > maxBytes ? new ConfigRead(ConfigReadStatus.TooLarge) : read;
    }

    public IEnumerable<string> ListNames(string directory)
    {
        string prefix = directory.TrimEnd('/') + "/";
        return files.Keys.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..].Split('/')[0]).Distinct();
    }
}
