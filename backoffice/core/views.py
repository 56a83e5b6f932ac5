"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView


class SignInView(LoginView):
    """The door to the back office; too many failed attempts lock it (django-axes)."""

    template_name = "core/sign_in.html"
    redirect_authenticated_user = True


class SignOutView(LogoutView):
    next_page = "sign-in"
    http_method_names = ("post", "options")
