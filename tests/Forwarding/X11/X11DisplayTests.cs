using Nacre.Forwarding.X11;

namespace Nacre.Tests.Forwarding.X11;

public sealed class X11DisplayTests
{
    [Theory]
    [InlineData(":0", "", 0, 0)]
    [InlineData(":0.1", "", 0, 1)]
    [InlineData("unix:12.0", "", 12, 0)]
    [InlineData("localhost:10.0", "localhost", 10, 0)]
    [InlineData("web-1.example.org:3", "web-1.example.org", 3, 0)]
    [InlineData(":59535", "", 59535, 0)]
    [InlineData("::1:0", "::1", 0, 0)]
    public void Names_of_displays_are_read(string text, string host, int number, uint screen)
    {
        Assert.True(X11Display.TryParse(text, out X11Display display));
        Assert.Equal(new X11Display(host, number, screen), display);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData(":")]
    [InlineData(":x")]
    [InlineData(":0.")]
    [InlineData(":0.x")]
    [InlineData(":-1")]
    [InlineData(":59536")]
    [InlineData(":99999999999")]
    [InlineData(":0;reboot")]
    [InlineData("$(reboot):0")]
    [InlineData("a b:0")]
    [InlineData("a\n:0")]
    [InlineData("-display:0")]
    public void What_is_no_name_of_a_display_is_refused_before_xauth_hears_of_it(string? text) => Assert.False(X11Display.TryParse(text, out _));
}
