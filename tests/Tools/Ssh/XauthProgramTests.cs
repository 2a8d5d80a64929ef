using Nacre.Config.Values;
using Nacre.Tests.Interop;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Lending;

namespace Nacre.Tests.Tools.Ssh;

public sealed class XauthProgramTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _told = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("echo 'here/unix:0  MIT-MAGIC-COOKIE-1  00ff'", "MIT-MAGIC-COOKIE-1 00ff")]
    [InlineData("echo \"$*\" 00ff", ":0 00ff")]
    [InlineData("echo 'here/unix:0  MIT-MAGIC-COOKIE-1  0ff'", null)]
    [InlineData("echo 'here/unix:0  MIT-MAGIC-COOKIE-1'", null)]
    [InlineData("echo 'here/unix:0  MIT-MAGIC-COOKIE-1  00ff'; exit 1", null)]
    [InlineData("head -c 1000000 /dev/zero", null)]
    [InlineData("true", null)]
    public async Task What_it_lists_is_read_or_is_no_cookie(string script, string? expected)
    {
        (string Protocol, byte[] Cookie)? found = await Program(script).FindAsync(":0", file: null, Ct);

        Assert.Equal(expected, found is { } known ? $"{known.Protocol} {Convert.ToHexStringLower(known.Cookie)}" : null);
    }

    [Fact]
    public async Task One_that_hangs_is_given_up_with_a_word_of_it()
    {
        string program = Write("sleep 1000");
        var xauth = new XauthProgram(program, new ErrorTrace(LogLevel.Info, _told)) { Limit = TimeSpan.FromMilliseconds(1) };

        Assert.Null(await xauth.FindAsync(":0", file: null, Ct));

        Assert.Equal($"{program} did not end within 0.001 seconds, and was ended.\n", _told.ToString());
    }

    [Fact]
    public async Task One_that_hangs_is_given_up_without_a_word_when_its_connection_is_over()
    {
        Assert.False(await Program("sleep 1000").GenerateAsync(":0", "file", 60, new CancellationToken(canceled: true)));
        Assert.Equal("", _told.ToString());
    }

    private XauthProgram Program(string script) => new(Write(script), new ErrorTrace(LogLevel.Info, _told));

    private string Write(string script)
    {
        string program = _directory.Write("xauth", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return program;
    }
}
