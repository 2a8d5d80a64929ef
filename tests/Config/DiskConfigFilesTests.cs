using Nacre.Config.Files;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Config;

public class DiskConfigFilesTests
{
    [Fact]
    public void A_regular_file_is_read_up_to_the_limit()
    {
        using var directory = new TemporaryDirectory();
        DiskConfigFiles files = Regular();
        string path = directory.Write("f", new string('x', 20_000) + "é");
        Assert.Equal(20_001, files.Read(path, 20_002).Text.Length);
        Assert.Equal(ConfigReadStatus.TooLarge, files.Read(path, 20_001).Status);
        Assert.Equal(ConfigReadStatus.Missing, files.Read(directory["gone"], 100).Status);
        Assert.Equal(["f"], files.ListNames(directory.Path));
        Assert.Empty(files.ListNames(directory["gone"]));
    }

    [Fact]
    public void Only_regular_files_and_the_null_device_are_read()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Write("f", "text");
        Assert.Equal(ConfigReadStatus.NotRegular, new DiskConfigFiles(_ => new ConfigFileFacts(false, false, 0, default)).Read(path, 100).Status);
        ConfigRead empty = new DiskConfigFiles(_ => new ConfigFileFacts(false, true, 0, default)).Read(path, 100);
        Assert.Equal((ConfigReadStatus.Read, ""), (empty.Status, empty.Text));
        Assert.Equal(ConfigReadStatus.Missing, new DiskConfigFiles(_ => null).Read(path, 100).Status);
        Assert.Equal(ConfigReadStatus.Denied, Regular().Read(directory.Path, 100).Status);
    }

    private static DiskConfigFiles Regular() => new(static _ => new ConfigFileFacts(true, false, 0, default));
}
